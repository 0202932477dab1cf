package io.cffs.txn.model;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import io.cffs.txn.model.FsModel.Node;
import java.util.TreeMap;

/** Extended attributes and ACLs on the model, as xattr(7) and acl(5) have them. */
final class XattrModel {
    static final String ACCESS = "system.posix_acl_access";
    static final String DEFAULT = "system.posix_acl_default";

    private XattrModel() {}

    static String run(FsModel model, ModelStep step) throws FsException {
        Node node = model.lookup(step.who(), step.path());
        switch (step.kind()) {
            case SETXATTR -> set(step.who(), node, step);
            case REMOVEXATTR -> {
                requireWritable(step.who(), node, step.other());
                requireThere(node, step.other());
                node.xattrs.remove(step.other());
            }
            case GETXATTR -> {
                requireReadable(step.who(), node, step.other());
                requireThere(node, step.other());
                return ModelRunner.text(node.xattrs.get(step.other()));
            }
            case LISTXATTR -> {
                TreeMap<String, byte[]> all = all(node);
                all.keySet().removeIf(name -> name.startsWith("trusted.") && step.who().uid() != 0);
                return String.join(" ", all.keySet());
            }
            case SETACL -> setAcl(step.who(), node, step.other().equals(DEFAULT), AclModel.of(step));
            case GETACL -> {
                return getAcl(node, step.other().equals(DEFAULT));
            }
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    /** Attributes and ACLs by name. */
    static TreeMap<String, byte[]> all(Node node) {
        TreeMap<String, byte[]> all = new TreeMap<>(node.xattrs);
        if (node.acl != null) {
            all.put(ACCESS, node.acl.toBytes());
        }
        if (node.defaultAcl != null) {
            all.put(DEFAULT, node.defaultAcl.toBytes());
        }
        return all;
    }

    private static void requireThere(Node node, String name) throws FsException {
        if (!node.xattrs.containsKey(name)) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
    }

    private static boolean holdsUserAttributes(Node node) {
        return node.isDirectory() || node.type == FileType.REGULAR;
    }

    private static void requireReadable(Credentials who, Node node, String name) throws FsException {
        if (name.startsWith("trusted.") ? who.uid() != 0 : !holdsUserAttributes(node)) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        if (name.startsWith("user.")) {
            ModelRights.require(who, node, 4);
        }
    }

    private static void requireWritable(Credentials who, Node node, String name) throws FsException {
        boolean privileged = who.uid() == 0;
        if (name.startsWith("trusted.")) {
            if (!privileged) {
                throw new FsException(FsError.NOT_PERMITTED);
            }
            return;
        }
        boolean stuck = node.isDirectory() && (node.permissions & 01000) != 0 && !privileged && who.uid() != node.uid;
        if (stuck || !holdsUserAttributes(node)) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        ModelRights.require(who, node, 2);
    }

    private static void set(Credentials who, Node node, ModelStep step) throws FsException {
        requireWritable(who, node, step.other());
        boolean there = node.xattrs.containsKey(step.other());
        if (there && step.number() == 1) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (!there && step.number() == 2) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        node.xattrs.put(step.other(), step.bytes());
    }

    private static void setAcl(Credentials who, Node node, boolean isDefault, AclModel acl) throws FsException {
        if (node.type == FileType.SYMLINK) {
            throw new FsException(FsError.NOT_SUPPORTED);
        }
        if (isDefault && !node.isDirectory()) {
            if (acl != null) {
                throw new FsException(FsError.ACCESS_DENIED);
            }
            return;
        }
        if (who.uid() != 0 && who.uid() != node.uid) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        if (isDefault) {
            node.defaultAcl = acl;
            return;
        }
        node.acl = acl == null || acl.isMinimal() ? null : acl;
        if (acl != null) {
            int special = ModelRights.isOutsider(who, node.gid) ? 05000 : 07000;
            node.permissions = node.permissions & special | acl.permissionBits();
        }
    }

    private static String getAcl(Node node, boolean isDefault) throws FsException {
        if (node.type == FileType.SYMLINK) {
            throw new FsException(FsError.NOT_SUPPORTED);
        }
        AclModel acl = isDefault ? node.defaultAcl : node.acl;
        if (acl == null) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        return ModelRunner.text(acl.toBytes());
    }

    /** What a new node gets of a default ACL; null for none. */
    static void inherit(Credentials who, Node node, AclModel inherited) {
        if (node.target != null) {
            return;
        }
        if (inherited == null) {
            node.permissions &= ~who.umask();
            return;
        }
        AclModel cut = inherited.with(node.permissions, true);
        node.permissions = node.permissions & 07000 | cut.permissionBits();
        node.acl = cut.isMinimal() ? null : cut;
        node.defaultAcl = node.isDirectory() ? inherited : null;
    }
}
