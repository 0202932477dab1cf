package io.cffs.daemon.fuse;

import static io.cffs.daemon.fuse.Answers.answer;
import static io.cffs.daemon.fuse.Answers.ino;

import io.cffs.daemon.session.Session;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Getxattr;
import io.cffs.txn.ops.Listxattr;
import io.cffs.txn.ops.Removexattr;
import io.cffs.txn.ops.Setxattr;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Requests about extended attributes and ACLs, each as one operation on the open attempt. */
final class XattrHandler implements FuseHandler {
    private final Session session;
    private final Callers callers;
    private final SharedNames names;
    private final CommitTriggers triggers;

    XattrHandler(Session session, Callers callers, SharedNames names, CommitTriggers triggers) {
        this.session = session;
        this.callers = callers;
        this.names = names;
        this.triggers = triggers;
    }

    @Override
    public void getxattr(FuseRequest in, FuseReply out) {
        int room = in.size();
        answer(out, () -> {
            Ino ino = ino(in);
            Name name = Name.ofXattr(in.name());
            Credentials who = callers.of(in);
            Bytes value = session.perform(at -> {
                if (AclNames.flagOf(name) != 0) {
                    // A kernel that checks permissions keeps the ACL for as long as the attributes.
                    at.nodes().giveAttributes(ino.value(), false, true);
                }
                return Getxattr.run(at.transaction(), who, ino, name);
            });
            sized(value.asBuffer(), room, out);
        });
    }

    @Override
    public void listxattr(FuseRequest in, FuseReply out) {
        int room = in.size();
        answer(out, () -> {
            Ino ino = ino(in);
            Credentials who = callers.of(in);
            List<Name> found = session.perform(at -> Listxattr.run(at.transaction(), who, ino));
            ByteArrayOutputStream list = new ByteArrayOutputStream();
            for (Name name : found) {
                list.writeBytes(name.toBytes());
                list.write(0);
            }
            sized(ByteBuffer.wrap(list.toByteArray()), room, out);
        });
    }

    /** A caller without room asks how much it needs. */
    private static void sized(ByteBuffer bytes, int room, FuseReply out) {
        if (room == 0) {
            out.xattrSize(bytes.remaining());
        } else if (bytes.remaining() > room) {
            out.error(Errno.ERANGE);
        } else {
            out.data(bytes);
        }
    }

    @Override
    public void setxattr(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Name name = Name.ofXattr(in.name());
            Bytes value = Bytes.owning(in.xattrValue());
            Setxattr.Mode mode = KernelFlags.setxattr(in.xattrFlags());
            boolean dropSetGid = in.killsPrivileges();
            Credentials who = callers.of(in);
            session.perform(at -> {
                Inode before = at.transaction().inode(ino);
                Inode after = Setxattr.run(at.transaction(), who, ino, name, value, mode, dropSetGid);
                names.changed(before, after);
                return after;
            });
            triggers.changed();
            out.ok();
        });
    }

    @Override
    public void removexattr(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Name name = Name.ofXattr(in.name());
            Credentials who = callers.of(in);
            session.perform(at -> {
                Inode before = at.transaction().inode(ino);
                Inode after = Removexattr.run(at.transaction(), who, ino, name);
                names.changed(before, after);
                return after;
            });
            triggers.changed();
            out.ok();
        });
    }
}
