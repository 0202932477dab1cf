package io.cffs.test.sim;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.test.history.HistoryViolation;
import io.cffs.test.sim.MountModel.Content;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.AppendRange;
import io.cffs.txn.ops.CopyRange;
import io.cffs.txn.ops.Create;
import io.cffs.txn.ops.Fallocate;
import io.cffs.txn.ops.Link;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.ReadRange;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Setattr;
import io.cffs.txn.ops.SetattrRequest;
import io.cffs.txn.ops.Setxattr;
import io.cffs.txn.ops.Tmpfile;
import io.cffs.txn.ops.Unlink;
import io.cffs.txn.ops.WriteRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What programs do on one mount, call by call, in a directory that nobody else changes. The model is right. */
final class MountProgram {
    private static final Credentials WHO = Credentials.ROOT;
    static final Name ATTRIBUTE = Name.of("user.a");
    static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final int OPEN_MAX = 6;
    private static final boolean TELLS = System.getProperty("cffs.sim.history") != null;

    /** An open file. */
    record Held(SimMount.Opened file, Content content) {}

    private final SimMount mount;
    private final MountModel model;
    private final SplittableRandom random;
    private final Ino directory;
    private final MountLook look;
    private final Ino shared;
    private final int bytesMax;
    private final List<Held> held = new ArrayList<>();

    MountProgram(SimMount mount, MountModel model, SplittableRandom random, Ino directory, Ino shared, int bytesMax) {
        this.mount = mount;
        this.model = model;
        this.random = random;
        this.directory = directory;
        this.look = new MountLook(mount, model, directory);
        this.shared = shared;
        this.bytesMax = bytesMax;
    }

    void note(String what) {
        if (TELLS) {
            System.err.println(directory + " " + what);
        }
    }

    /** One call. False when the environment failed it. */
    boolean step() {
        try {
            switch (random.nextInt(18)) {
                case 0, 1 -> create();
                case 2 -> makeNameless();
                case 3 -> openNamed();
                case 4, 5 -> write();
                case 6 -> append();
                case 7, 8 -> read();
                case 9 -> truncate();
                case 10 -> unlink();
                case 11 -> rename();
                case 12 -> link();
                case 13 -> close();
                case 14 -> copy();
                case 15 -> punch();
                case 16 -> attribute();
                default -> meet();
            }
            return true;
        } catch (FsException e) {
            if (look.isEnvironment(e)) {
                return false;
            }
            throw new HistoryViolation("a program is refused nothing that it may do", e.error().toString());
        }
    }

    private Held pick() {
        return held.isEmpty() ? null : held.get(random.nextInt(held.size()));
    }

    private String anyName() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private String takenName() {
        List<String> taken = List.copyOf(model.names().keySet());
        return taken.isEmpty() ? null : taken.get(random.nextInt(taken.size()));
    }

    private void create() throws FsException {
        String name = anyName();
        if (model.named(name) != null || held.size() >= OPEN_MAX) {
            return;
        }
        SimMount.Opened file = mount.open(
                tx -> Create.run(tx, WHO, directory, Name.of(name), 0644, OpenFlags.CREATE_NEW).ino());
        Content content = new Content();
        model.put(name, content);
        note("create " + name + " " + file);
        held.add(new Held(file, content));
    }

    private void makeNameless() throws FsException {
        if (held.size() < OPEN_MAX) {
            held.add(new Held(mount.open(tx -> Tmpfile.run(tx, WHO, directory, 0600).ino()), new Content()));
            note("make nameless " + held.getLast().file());
        }
    }

    private void openNamed() throws FsException {
        String name = takenName();
        if (name != null && held.size() < OPEN_MAX) {
            held.add(new Held(mount.open(tx -> Lookup.run(tx, WHO, directory, Name.of(name)).ino()),
                    model.named(name)));
            note("open " + name + " " + held.getLast().file());
        }
    }

    private int offset(Content content) {
        int roomy = Math.min(bytesMax, content.bytes.length + 5000);
        int at = random.nextInt(roomy);
        return random.nextBoolean() ? at : at / 4096 * 4096;
    }

    private byte[] drawn(int lengthMax) {
        byte[] bytes = new byte[1 + random.nextInt(lengthMax)];
        byte value = (byte) (1 + random.nextInt(120));
        Arrays.fill(bytes, value);
        return bytes;
    }

    private int lengthMax() {
        return random.nextInt(4) == 0 ? bytesMax / 2 : 6000;
    }

    private void write() throws FsException {
        Held target = pick();
        if (target == null) {
            return;
        }
        int at = offset(target.content());
        byte[] bytes = drawn(lengthMax());
        mount.perform(tx -> WriteRange.run(tx, WHO, target.file().ino(), at, ByteBuffer.wrap(bytes)));
        note("write " + target.file() + " " + bytes.length + " at " + at);
        target.content().write(at, bytes);
        if (random.nextInt(4) == 0) {
            mount.stageAhead();
        }
    }

    private void append() throws FsException {
        Held target = pick();
        if (target == null || target.content().bytes.length > bytesMax) {
            return;
        }
        byte[] bytes = drawn(3000);
        mount.perform(tx -> AppendRange.run(tx, WHO, target.file().ino(), ByteBuffer.wrap(bytes)));
        note("append " + target.file() + " " + bytes.length);
        target.content().write(target.content().bytes.length, bytes);
    }

    private void read() throws FsException {
        Held source = pick();
        if (source != null) {
            note("look at " + source.file());
            look.read(source);
        }
    }

    private void truncate() throws FsException {
        Held target = pick();
        if (target == null) {
            return;
        }
        int length = offset(target.content());
        mount.perform(tx -> Setattr.run(tx, WHO, target.file().ino(), SetattrRequest.truncate(length)));
        note("truncate " + target.file() + " " + length);
        target.content().bytes = Arrays.copyOf(target.content().bytes, length);
    }

    private void unlink() throws FsException {
        String name = takenName();
        if (name != null) {
            mount.perform(tx -> {
                Unlink.run(tx, WHO, directory, Name.of(name));
                return null;
            });
            note("unlink " + name);
            model.remove(name);
        }
    }

    private void rename() throws FsException {
        String from = takenName();
        String to = anyName();
        if (from == null || from.equals(to) || model.named(from) == model.named(to)) {
            return;
        }
        mount.perform(tx -> {
            Rename.run(tx, WHO, directory, Name.of(from), directory, Name.of(to), Rename.Mode.REPLACE);
            return null;
        });
        note("rename " + from + " " + to);
        model.put(to, model.named(from));
        model.names().remove(from);
    }

    private void link() throws FsException {
        Held source = pick();
        String name = anyName();
        if (source == null || model.named(name) != null) {
            return;
        }
        try {
            mount.perform(tx -> Link.run(tx, WHO, source.file().ino(), directory, Name.of(name)));
        } catch (FsException e) {
            if (e.error() == FsError.NOT_FOUND && !source.content().mayBeNamed) {
                return;
            }
            throw e;
        }
        look.require(source.content().mayBeNamed, source, "it gets no name again", source.file().toString());
        note("link " + source.file() + " " + name);
        model.put(name, source.content());
    }

    private void close() {
        if (!held.isEmpty()) {
            Held file = held.remove(random.nextInt(held.size()));
            note("close " + file.file());
            mount.close(file.file());
        }
    }

    private void copy() throws FsException {
        Held from = pick();
        Held to = pick();
        if (from == null || from.content() == to.content()) {
            return;
        }
        int unit = random.nextBoolean() ? 1 << 17 : 4096;
        int at = offset(from.content()) / unit * unit;
        int toAt = offset(to.content()) / unit * unit;
        int length = 1 + random.nextInt(bytesMax);
        int done = 0;
        int count;
        do {
            int before = done;
            count = (int) (long) mount.perform(tx -> CopyRange.run(tx, WHO, from.file().ino(), at + before,
                    to.file().ino(), toAt + before, length - before));
            note("copy " + count + " of " + from.file() + " at " + at + " to " + to.file() + " at " + toAt);
            if (count > 0) {
                to.content().takenOverAfter = mount.failedReads();
                to.content().write(toAt + done,
                        Arrays.copyOfRange(from.content().bytes, at + done, at + done + count));
            }
            done += count;
        } while (count > 0 && done < length);
    }

    private void punch() throws FsException {
        Held target = pick();
        if (target == null || target.content().bytes.length == 0) {
            return;
        }
        byte[] bytes = target.content().bytes.clone();
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(lengthMax());
        mount.perform(tx -> {
            Fallocate.run(tx, WHO, target.file().ino(), Fallocate.Mode.PUNCH_HOLE, at, length);
            return null;
        });
        note("punch " + target.file() + " " + length + " at " + at);
        Arrays.fill(bytes, at, Math.min(bytes.length, at + length), (byte) 0);
        target.content().bytes = bytes;
    }

    private void attribute() throws FsException {
        Held target = pick();
        if (target == null) {
            return;
        }
        Bytes value = Bytes.ofUtf8("v" + random.nextInt(100));
        mount.perform(tx -> Setxattr.run(
                tx, WHO, target.file().ino(), ATTRIBUTE, value, Setxattr.Mode.SET, false));
        note("attribute " + target.file());
        target.content().attribute = value;
    }

    /** All mounts change one file, so that some of them lose. */
    private void meet() throws FsException {
        mount.perform(tx -> ReadRange.run(tx, shared, 0, ByteBuffer.allocate(10)));
        mount.perform(tx -> WriteRange.run(tx, WHO, shared, 0, ByteBuffer.wrap(drawn(9))));
    }

    private void closeAll(Content content) {
        for (Held file : List.copyOf(held)) {
            if (file.content() == content) {
                held.remove(file);
                mount.close(file.file());
            }
        }
    }

    /** A transaction has been committed, and with it what was taken over is kept. */
    void committed() {
        for (Held file : held) {
            file.content().takenOverAfter = -1;
            file.content().carried = model.links(file.content()) == 0;
        }
    }

    /**
     * A transaction has left no trace. What it made under a name is closed, as nothing else can be done with
     * it; so is what could not be kept, because the backend failed to read it.
     */
    void lost() {
        for (Held file : List.copyOf(held)) {
            boolean unkept = file.content().takenOverAfter >= 0
                    && file.content().takenOverAfter < mount.failedReads();
            file.content().carried = model.links(file.content()) == 0;
            file.content().takenOverAfter = -1;
            if (file.content().gone || unkept && file.content().carried) {
                closeAll(file.content());
            }
        }
    }

    /** After the end of an attempt, in the next one: looks at everything. False when the environment is in the way. */
    boolean look() {
        return look.everything(List.copyOf(held));
    }

    void closeAll() {
        held.forEach(file -> mount.close(file.file()));
        held.clear();
    }}
