package io.cffs.daemon.fuse;

import io.cffs.daemon.session.MountControl;
import io.cffs.fuse.DirectoryWriter;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FopenFlags;
import io.cffs.fuse.FuseAttr;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.FileType;
import io.cffs.model.FsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Serves the virtual files under {@code /.cffs}: reading {@code status} and {@code txn} tells what is so, writing
 * anything to {@code begin}, {@code commit} or {@code abort} does it, and the write fails when it could not be done.
 * Commands run on a thread of their own, because they notify the kernel, which no thread may that serves a request.
 */
final class ControlHandler implements FuseHandler {
    private final MountControl control;
    private final Commands commands;

    ControlHandler(MountControl control, Commands commands) {
        this.control = control;
        this.commands = commands;
    }

    /** The name {@code .cffs} in the root, which no listing shows. */
    void lookupDirectory(FuseReply out) {
        entry(ControlNode.DIRECTORY, out);
    }

    @Override
    public void lookup(FuseRequest in, FuseReply out) {
        ControlNode found = in.nodeId() == ControlNode.DIRECTORY.nodeId() ? ControlNode.file(in.name()) : null;
        if (found == null) {
            out.error(Errno.ENOENT);
        } else {
            entry(found, out);
        }
    }

    @Override
    public void getattr(FuseRequest in, FuseReply out) {
        ControlNode node = ControlNode.of(in.nodeId());
        if (node == null) {
            out.error(Errno.ESTALE);
        } else {
            out.attr(attributes(node), FuseReply.FOREVER);
        }
    }

    /** Without an answer the kernel would ask for no file's time of birth again. */
    @Override
    public void statx(FuseRequest in, FuseReply out) {
        ControlNode node = ControlNode.of(in.nodeId());
        if (node == null) {
            out.error(Errno.ESTALE);
        } else {
            out.statx(attributes(node), 0, FuseReply.FOREVER);
        }
    }

    /** A shell that redirects into a command truncates it first, which means nothing here. */
    @Override
    public void setattr(FuseRequest in, FuseReply out) {
        getattr(in, out);
    }

    @Override
    public void open(FuseRequest in, FuseReply out) {
        out.opened(0, FopenFlags.DIRECT_IO);
    }

    @Override
    public void read(FuseRequest in, FuseReply out) {
        byte[] text = text(ControlNode.of(in.nodeId())).getBytes(StandardCharsets.UTF_8);
        int from = (int) Math.min(text.length, in.offset());
        out.data(Arrays.copyOfRange(text, from, (int) Math.min(text.length, (long) from + in.size())));
    }

    @Override
    public void write(FuseRequest in, FuseReply out) {
        ControlNode node = ControlNode.of(in.nodeId());
        int bytes = in.size();
        if (node == null || !node.isCommand()) {
            out.error(Errno.EACCES);
            return;
        }
        commands.answerLater(out, () -> run(node), () -> out.written(bytes));
    }

    private void run(ControlNode command) throws FsException {
        switch (command) {
            case BEGIN -> control.begin();
            case COMMIT -> control.commit();
            case ABORT -> control.abort();
            case DIRECTORY, STATUS, TXN -> throw new AssertionError("not a command: " + command);
        }
    }

    @Override
    public void readdir(FuseRequest in, FuseReply out) {
        DirectoryWriter writer = out.directoryWriter();
        list(in.offset(), (node, cookie) ->
                writer.add(node.nameBytes(), node.nodeId(), FileType.REGULAR.modeBits(), cookie));
        out.directory();
    }

    /** Names only: attributes are asked for when somebody wants them. */
    @Override
    public void readdirplus(FuseRequest in, FuseReply out) {
        DirectoryWriter writer = out.directoryWriter();
        list(in.offset(), (node, cookie) ->
                writer.addPlus(node.nameBytes(), cookie, 0, 0, 0, 0, attributes(node)));
        out.directory();
    }

    /** The cookie of a file is its place in the enum, where the directory is 0. */
    private static void list(long after, EntrySink sink) {
        ControlNode[] nodes = ControlNode.values();
        for (long at = after + 1; at < nodes.length; at++) {
            if (!sink.add(nodes[(int) at], at)) {
                return;
            }
        }
    }

    @FunctionalInterface
    private interface EntrySink {
        /** False when it does not fit. */
        boolean add(ControlNode node, long cookie);
    }

    @Override
    public void flush(FuseRequest in, FuseReply out) {
        out.ok();
    }

    @Override
    public void fsync(FuseRequest in, FuseReply out) {
        out.ok();
    }

    @Override
    public void access(FuseRequest in, FuseReply out) {
        out.ok();
    }

    private String text(ControlNode node) {
        return switch (node) {
            case STATUS -> control.status();
            case TXN -> control.transaction();
            case COMMIT -> control.lastOutcome();
            case BEGIN, ABORT, DIRECTORY -> "";
            case null -> "";
        };
    }

    private static void entry(ControlNode node, FuseReply out) {
        out.entry(node.nodeId(), 0, FuseReply.FOREVER, FuseReply.FOREVER, attributes(node));
    }

    private static FuseAttr attributes(ControlNode node) {
        FileType type = node == ControlNode.DIRECTORY ? FileType.DIRECTORY : FileType.REGULAR;
        return new FuseAttr().ino(node.nodeId()).mode(type.modeBits() | node.permissions());
    }
}
