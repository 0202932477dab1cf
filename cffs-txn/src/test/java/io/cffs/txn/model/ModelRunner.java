package io.cffs.txn.model;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Rename;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Runs steps on the model. Every step has a result as text: what was seen, or why it was refused. */
public final class ModelRunner {
    public final FsModel model;
    private final Map<String, FsModel.Node> handles = new HashMap<>();

    public ModelRunner(FsModel model) {
        this.model = model;
    }

    public String run(ModelStep step) {
        try {
            return step.kind().compareTo(ModelStep.Kind.OPEN) < 0 ? runOnPath(step) : runOnHandle(step);
        } catch (FsException e) {
            return e.error().name();
        }
    }

    private String runOnPath(ModelStep step) throws FsException {
        Credentials who = step.who();
        String path = step.path();
        switch (step.kind()) {
            case CREATE -> create(step);
            case MKNOD -> model.make(who, path, step.length() == 0 ? FileType.FIFO : FileType.CHARACTER_DEVICE,
                    step.number(), null);
            case MKDIR -> model.make(who.withUmask(step.length()), path, FileType.DIRECTORY, step.number(), null);
            case TMPFILE -> model.makeFirst(who.withUmask(step.length()), path, step.number());
            case SYMLINK -> model.make(who, path, FileType.SYMLINK, 0777, step.other());
            case LINK -> model.link(who, path, step.other());
            case UNLINK -> model.unlink(who, path);
            case RMDIR -> model.rmdir(who, path);
            case RENAME -> model.rename(who, path, step.other(), modeOf(step));
            case WRITE -> FsModel.write(who, model.open(who, path, 2), step.number(), step.bytes());
            case READ -> {
                return text(FsModel.read(model.open(who, path, 4), step.number(), step.length()));
            }
            case APPEND -> append(who, model.open(who, path, 2), step);
            case TRUNCATE -> model.truncate(who, path, step.number());
            case OPEN_TRUNCATE -> {
                FsModel.Node node = model.open(who, path, 2);
                if (node.type == FileType.REGULAR) {
                    FsModel.truncate(who, node, 0);
                }
            }
            case PUNCH, ZERO, ALLOCATE -> ModelRanges.allocate(
                    who, model.open(who, path, 2), step.number(), step.length(),
                    step.kind() != ModelStep.Kind.ALLOCATE, step.kind() != ModelStep.Kind.PUNCH);
            case COPY -> {
                FsModel.Node from = model.open(who, path, 4);
                FsModel.Node to = model.open(who, step.other(), 2);
                return "copied " + ModelRanges.copyRange(who, from, step.number(), to, step.copyTo(), step.length());
            }
            case SEEK -> {
                return ModelHoles.seek(model.open(who, path, 4), step.number(), step.length() == 1);
            }
            case MEASURE -> {
                return "takes " + model.lookup(who, path).data.cardinality();
            }
            case STAT -> {
                return stat(model.lookup(who, path));
            }
            case LIST -> {
                return list(model.lookup(who, path));
            }
            case CHMOD -> model.chmod(who, path, step.number());
            case CHOWN -> model.chown(who, path, step.number(), step.length());
            case READLINK -> {
                return readlink(model.lookup(who, path));
            }
            case ACCESS -> model.access(who, path, step.number());
            case SETXATTR, GETXATTR, LISTXATTR, REMOVEXATTR, SETACL, GETACL -> {
                return XattrModel.run(model, step);
            }
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    private void create(ModelStep step) throws FsException {
        try {
            FsModel.Node there = model.lookup(step.who(), step.path());
            model.open(step.who(), step.path(), 6);
            assert there != null;
        } catch (FsException e) {
            if (e.error() != io.cffs.model.FsError.NOT_FOUND) {
                throw e;
            }
            model.make(step.who().withUmask(step.length()), step.path(), FileType.REGULAR, step.number(), null);
        }
    }

    private String runOnHandle(ModelStep step) throws FsException {
        if (step.kind() == ModelStep.Kind.OPEN) {
            FsModel.Node node = model.open(step.who(), step.path(), step.number());
            if (handles.putIfAbsent(step.other(), node) != null) {
                return "slot taken";
            }
            return "ok";
        }
        FsModel.Node node = handles.get(step.path());
        if (node == null) {
            return "no handle";
        }
        switch (step.kind()) {
            case CLOSE -> handles.remove(step.path());
            case HREAD -> {
                return text(FsModel.read(node, step.number(), step.length()));
            }
            case HWRITE -> FsModel.write(step.who(), node, step.number(), step.bytes());
            case HAPPEND -> append(step.who(), node, step);
            case HTRUNCATE -> {
                if (node.isDirectory()) {
                    throw new FsException(io.cffs.model.FsError.IS_A_DIRECTORY);
                }
                if (node.type != FileType.REGULAR) {
                    throw new FsException(io.cffs.model.FsError.INVALID_ARGUMENT);
                }
                FsModel.truncate(step.who(), node, step.number());
            }
            case HSTAT -> {
                return stat(node);
            }
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    private static void append(Credentials who, FsModel.Node node, ModelStep step) throws FsException {
        FsModel.write(who, node, node.content.length, step.bytes());
    }

    static Rename.Mode modeOf(ModelStep step) {
        return switch (step.number()) {
            case 0 -> Rename.Mode.NO_REPLACE;
            case 1 -> Rename.Mode.EXCHANGE;
            default -> Rename.Mode.REPLACE;
        };
    }

    static String text(byte[] bytes) {
        return bytes.length + " bytes " + Integer.toHexString(Arrays.hashCode(bytes));
    }

    private static String stat(FsModel.Node node) {
        String identity = node.type + " 0" + Integer.toOctalString(node.permissions) + " " + node.uid + ":" + node.gid;
        return switch (node.type) {
            case DIRECTORY -> identity;
            case REGULAR -> identity + " links " + node.links + " size " + node.content.length;
            default -> identity + " links " + node.links;
        };
    }

    private static String list(FsModel.Node node) throws FsException {
        if (!node.isDirectory()) {
            throw new FsException(io.cffs.model.FsError.NOT_A_DIRECTORY);
        }
        StringBuilder names = new StringBuilder();
        node.entries.forEach((name, child) -> names.append(name).append(' ').append(child.type).append(", "));
        return names.toString();
    }

    private static String readlink(FsModel.Node node) throws FsException {
        if (node.target == null) {
            throw new FsException(io.cffs.model.FsError.INVALID_ARGUMENT);
        }
        return node.target;
    }
}
