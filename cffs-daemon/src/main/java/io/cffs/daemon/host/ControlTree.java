package io.cffs.daemon.host;

import io.cffs.fuse.DirectoryWriter;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FopenFlags;
import io.cffs.fuse.FuseAttr;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The file system by which clients speak with the host daemon.
 *
 * <pre>
 *   status        one line of JSON
 *   runs/NAME     one client: made by it, there while it keeps it open; see {@link HostRun}
 * </pre>
 *
 * <p>Whoever may enter the directory may run functions. A run belongs to the user who made it. Its name is the
 * client's to choose; opening one that is there for writing fails with EBUSY. That its file is closed, by the kernel if
 * need be, is how the daemon hears that a client has ended.
 */
public final class ControlTree implements FuseHandler {
    private static final long ROOT = 1;
    private static final long STATUS = 2;
    private static final long RUNS = 3;
    private static final long FIRST_RUN = 1L << 20;
    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int O_ACCMODE = 3;
    private static final Pattern RUN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final HostService service;
    private final Supplier<String> status;
    private final Access access;
    private final Map<Long, Node> nodes = new LinkedHashMap<>(); // @GuardedBy("nodes"), oldest first
    private long serial = FIRST_RUN; // @GuardedBy("nodes")

    /**
     * Who may use it.
     *
     * @param permissions of the directory, 0700 for its owner alone
     */
    public record Access(int permissions, int uid, int gid) {}

    private record Node(long number, byte[] name, HostRun run) {}

    /** @param status one line of JSON, without line end */
    public ControlTree(HostService service, Supplier<String> status, Access access) {
        this.service = service;
        this.status = status;
        this.access = access;
    }

    private Node node(long number) {
        synchronized (nodes) {
            return nodes.get(number);
        }
    }

    private Node node(byte[] name) {
        synchronized (nodes) {
            return nodes.values().stream().filter(node -> Arrays.equals(node.name(), name)).findFirst().orElse(null);
        }
    }

    @Override
    public void lookup(FuseRequest in, FuseReply out) {
        String name = new String(in.name(), StandardCharsets.ISO_8859_1);
        if (in.nodeId() == ROOT && name.equals("status")) {
            out.entry(STATUS, 0, FuseReply.FOREVER, 0, attributes(STATUS));
        } else if (in.nodeId() == ROOT && name.equals("runs")) {
            out.entry(RUNS, 0, FuseReply.FOREVER, FuseReply.FOREVER, attributes(RUNS));
        } else {
            Node found = in.nodeId() == RUNS ? node(in.name()) : null;
            if (found == null) {
                out.error(Errno.ENOENT);
            } else {
                out.entry(found.number(), 0, 0, 0, attributes(found.number()));
            }
        }
    }

    /**
     * Through a descriptor it waits as a read does: a program that reads byte by byte, as shells do, makes the kernel
     * ask for the length first, then for the whole text at once, and has the rest from its cache.
     */
    @Override
    public void getattr(FuseRequest in, FuseReply out) {
        Node node = node(in.nodeId());
        FuseAttr attributes = attributes(in.nodeId());
        if (attributes == null) {
            out.error(Errno.ESTALE);
        } else if (node == null) {
            out.attr(attributes, FuseReply.FOREVER);
        } else if (in.opcode() == FuseOpcode.GETATTR && in.hasFh()) {
            answer(node, out, text -> out.attr(attributes.size(bytesOf(text).length), 0));
        } else {
            out.attr(attributes, 0);
        }
    }

    /** A shell that redirects into a run truncates it first, which means nothing here. */
    @Override
    public void setattr(FuseRequest in, FuseReply out) {
        getattr(in, out);
    }

    private FuseAttr attributes(long number) {
        FuseAttr attr = new FuseAttr().ino(number).uid(access.uid()).gid(access.gid());
        if (number == ROOT || number == RUNS) {
            // Who may enter may make a run, and no more: only its maker's is his.
            return attr.mode(DIRECTORY | access.permissions());
        }
        if (number == STATUS) {
            return attr.mode(FILE | access.permissions() & 0444);
        }
        Node run = node(number);
        return run == null ? null : attr.mode(FILE | 0600).uid(run.run().uid()).gid(run.run().gid());
    }

    @Override
    public void create(FuseRequest in, FuseReply out) {
        String name = new String(in.name(), StandardCharsets.ISO_8859_1);
        if (in.nodeId() != RUNS || !RUN_NAME.matcher(name).matches()) {
            out.error(Errno.EPERM);
            return;
        }
        Node made;
        synchronized (nodes) {
            if (node(in.name()) != null) {
                out.error(Errno.EBUSY);
                return;
            }
            if (nodes.size() >= service.limits().runsMax()) {
                out.error(Errno.ENOSPC);
                return;
            }
            made = new Node(++serial, in.name(), service.newRun(name, in.uid(), in.gid(), in.pid()));
            nodes.put(made.number(), made);
        }
        out.created(made.number(), 0, 0, 0, attributes(made.number()), made.number(),
                FopenFlags.DIRECT_IO);
    }

    @Override
    public void open(FuseRequest in, FuseReply out) {
        boolean writes = (in.flags() & O_ACCMODE) != 0;
        Node run = node(in.nodeId());
        if (writes && in.nodeId() != STATUS && run != null) {
            out.error(Errno.EBUSY); // another client has this name
        } else if (writes) {
            out.error(Errno.EACCES);
        } else {
            out.opened(0, in.nodeId() == STATUS ? FopenFlags.DIRECT_IO : 0);
        }
    }

    @Override
    public void read(FuseRequest in, FuseReply out) {
        long offset = in.offset();
        int size = in.size();
        if (in.nodeId() == STATUS) {
            out.data(part(status.get() + "\n", offset, size));
            return;
        }
        Node node = node(in.nodeId());
        if (node == null) {
            out.error(Errno.ESTALE);
            return;
        }
        answer(node, out, text -> out.data(part(text, offset, size)));
    }

    /** Answers when there is something to read. */
    private static void answer(Node node, FuseReply out, Consumer<String> with) {
        Reading reading = new Reading(out, with);
        synchronized (reading) {
            String text = node.run().readOr(reading);
            if (text != null) {
                with.accept(text);
                return;
            }
            out.later(thread -> {
                if (node.run().forget(reading)) {
                    reading.interrupted();
                }
            });
        }
    }

    /** A request that waits. Its lock keeps an answer back until the request has been put aside. */
    private record Reading(FuseReply out, Consumer<String> with) implements HostRun.Waiter {
        @Override
        public synchronized void answer(String text) {
            with.accept(text);
        }

        synchronized void interrupted() {
            out.error(Errno.EINTR);
        }
    }

    private static byte[] bytesOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] part(String text, long offset, int size) {
        byte[] bytes = bytesOf(text);
        int from = (int) Math.min(bytes.length, offset);
        return Arrays.copyOfRange(bytes, from, (int) Math.min(bytes.length, (long) from + size));
    }

    @Override
    public void write(FuseRequest in, FuseReply out) {
        Node node = node(in.nodeId());
        if (node == null || in.size() > HostRequest.BYTES_MAX) {
            out.error(node == null ? Errno.ESTALE : Errno.E2BIG);
            return;
        }
        ByteBuffer data = in.data();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        if (command(node.run(), new String(bytes, StandardCharsets.UTF_8))) {
            out.written(bytes.length);
        } else {
            out.error(Errno.EINVAL);
        }
    }

    private boolean command(HostRun run, String text) {
        String[] words = text.strip().split("\\s+");
        boolean numbered = words.length == 2 && words[1].matches("[0-9]{1,3}");
        return switch (words[0]) {
            case "run", "settle" -> service.begin(run, text);
            case "ended" -> numbered && run.ended(Integer.parseInt(words[1]));
            case "stopping" -> {
                if (numbered) {
                    run.stopping(Integer.parseInt(words[1]));
                }
                yield numbered;
            }
            default -> false;
        };
    }

    /** Nothing to do, ever: told so, the kernel asks no more. A shell closes copies of a descriptor all the time. */
    @Override
    public void flush(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** The one handle with a number is the client's own. */
    @Override
    public void release(FuseRequest in, FuseReply out) {
        if (in.fh() != 0) {
            Node gone;
            synchronized (nodes) {
                gone = nodes.remove(in.fh());
            }
            if (gone != null) {
                gone.run().gone();
            }
        }
        out.ok();
    }

    @Override
    public void readdir(FuseRequest in, FuseReply out) {
        DirectoryWriter writer = out.directoryWriter();
        long after = in.offset();
        if (in.nodeId() == ROOT) {
            boolean room = after >= STATUS || writer.add(bytes("status"), STATUS, FILE, STATUS);
            if (room && after < RUNS) {
                writer.add(bytes("runs"), RUNS, DIRECTORY, RUNS);
            }
        } else {
            synchronized (nodes) {
                for (Node node : nodes.values()) {
                    if (node.number() > after && !writer.add(node.name(), node.number(), FILE, node.number())) {
                        break;
                    }
                }
            }
        }
        out.directory();
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void access(FuseRequest in, FuseReply out) {
        out.ok();
    }
}
