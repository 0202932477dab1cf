package io.cffs.test.history;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One attempt's calls on a model, with its open handles. {@link #finish} leaves the tree as a commit would. */
public final class ModelRun {
    private final TreeModel model;
    private final Map<Integer, Long> nodeByHandle = new HashMap<>();

    /** Works on this very model: hand in a copy to keep the old state. */
    public ModelRun(TreeModel model) {
        this.model = model;
    }

    public FsResult call(FsCall call) {
        try {
            return answer(call);
        } catch (FsException e) {
            return FsResult.refused(e.error());
        }
    }

    /** The tree after the commit: what lost its last name is gone. */
    public TreeModel finish() {
        model.dropNameless();
        return model;
    }

    private FsResult answer(FsCall call) throws FsException {
        switch (call) {
            case FsCall.Stat c -> {
                return model.stat(c.path());
            }
            case FsCall.Exists c -> model.resolve(c.path());
            case FsCall.ListNames c -> {
                return model.list(c.path());
            }
            case FsCall.Read c -> {
                return read(model.resolve(c.path()), c.offset(), c.lengthBytes());
            }
            case FsCall.ReadHandle c -> {
                return read(nodeByHandle.get(c.handle()), c.offset(), c.lengthBytes());
            }
            case FsCall.Readlink c -> {
                return new FsResult.Content(Bytes.copyOf(model.target(c.path())));
            }
            case FsCall.Write c -> write(model.resolve(c.path()), c.offset(), c.bytes());
            case FsCall.WriteHandle c -> write(nodeByHandle.get(c.handle()), c.offset(), c.bytes());
            case FsCall.Append c -> {
                long node = model.resolve(c.path());
                write(node, model.content(node).length, c.bytes());
            }
            case FsCall.Truncate c -> model.truncate(c.path(), (int) c.lengthBytes());
            case FsCall.PunchHole c -> punch(c);
            case FsCall.CopyRange c -> copy(c);
            case FsCall.Create c -> model.create(c.path(), FileType.REGULAR, 0644, new byte[0]);
            case FsCall.Mkdir c -> model.create(c.path(), FileType.DIRECTORY, 0755, null);
            case FsCall.Symlink c ->
                model.create(c.path(), FileType.SYMLINK, 0777, Bytes.ofUtf8(c.target()).toArray());
            case FsCall.Rmdir c -> model.rmdir(c.path());
            case FsCall.Unlink c -> model.unlink(c.path());
            case FsCall.Rename c -> model.rename(c.from(), c.to(), c.mode());
            case FsCall.MoveHeld c -> {
                String moved = model.pathOfDirectory(c.directory());
                model.rename(moved, model.pathOfDirectory(c.into()) + "/" + c.directory(), FsCall.RenameMode.REPLACE);
            }
            case FsCall.Link c -> model.link(c.existing(), c.added());
            case FsCall.Chmod c -> model.setPermissions(c.path(), c.permissions());
            case FsCall.SetXattr c -> model.setXattr(c.path(), c.name(), c.value());
            case FsCall.RemoveXattr c -> {
                model.xattr(c.path(), c.name());
                model.setXattr(c.path(), c.name(), null);
            }
            case FsCall.GetXattr c -> {
                return new FsResult.Content(model.xattr(c.path(), c.name()));
            }
            case FsCall.ListXattrs c -> {
                return model.listXattrs(c.path());
            }
            case FsCall.Open c -> {
                long node = model.resolve(c.path());
                model.content(node);
                nodeByHandle.put(c.handle(), node);
            }
        }
        return FsResult.DONE;
    }

    private FsResult read(long node, long offset, int lengthBytes) throws FsException {
        byte[] content = model.content(node);
        if (offset < 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        int from = (int) Math.min(offset, content.length);
        int to = (int) Math.min(offset + lengthBytes, content.length);
        return new FsResult.Content(Bytes.owning(Arrays.copyOfRange(content, from, to)));
    }

    private void punch(FsCall.PunchHole hole) throws FsException {
        long node = model.resolve(hole.path());
        byte[] content = model.content(node).clone();
        int end = (int) Math.min(content.length, hole.offset() + hole.lengthBytes());
        Arrays.fill(content, (int) Math.min(hole.offset(), end), end, (byte) 0);
        model.setContent(node, content);
    }

    private void copy(FsCall.CopyRange copy) throws FsException {
        byte[] source = model.content(model.resolve(copy.from()));
        int from = (int) Math.min(copy.offset(), source.length);
        int to = (int) Math.min(copy.offset() + copy.lengthBytes(), source.length);
        long target = model.resolve(copy.to());
        if (from < to) {
            write(target, copy.toOffset(), Bytes.owning(Arrays.copyOfRange(source, from, to)));
        }
    }

    private void write(long node, long offset, Bytes bytes) throws FsException {
        byte[] old = model.content(node);
        byte[] content = Arrays.copyOf(old, (int) Math.max(old.length, offset + bytes.length()));
        bytes.copyTo(0, content, (int) offset, bytes.length());
        model.setContent(node, content);
    }
}
