package io.cffs.txn.model;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Rename;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file system as plain maps and arrays: what POSIX says and nothing else; the opposite of clever. Paths are absolute;
 * symlinks are not followed. Times are left out.
 */
public final class FsModel {
    /** A file, directory or whatever; two names of one file share one node. */
    public static final class Node {
        public final FileType type;
        public int permissions;
        public int uid;
        public int gid;
        public long links;
        public byte[] content = new byte[0];
        final BitSet data = new BitSet();
        public String target;
        public Node parent;
        public final TreeMap<String, Node> entries = new TreeMap<>();
        final TreeMap<String, byte[]> xattrs = new TreeMap<>();
        AclModel acl;
        AclModel defaultAcl;

        Node(FileType type, int permissions, int uid, int gid) {
            this.type = type;
            this.permissions = permissions;
            this.uid = uid;
            this.gid = gid;
        }

        public boolean isDirectory() {
            return type == FileType.DIRECTORY;
        }
    }

    /** A directory and a name in it. */
    private record Place(Node directory, String name) {
        Node node() {
            return directory.entries.get(name);
        }
    }

    public final Node root;

    public FsModel() {
        root = new Node(FileType.DIRECTORY, 0777, 0, 0);
        root.parent = root;
        root.links = 2;
    }

    private FsModel(Node root) {
        this.root = root;
    }

    /** A copy that shares nothing. */
    public FsModel copy() {
        Map<Node, Node> copies = new HashMap<>();
        FsModel copy = new FsModel(copyOf(root, copies));
        copies.forEach((from, to) -> to.parent = from.parent == null ? null : copies.get(from.parent));
        return copy;
    }

    private static Node copyOf(Node node, Map<Node, Node> copies) {
        Node known = copies.get(node);
        if (known != null) {
            return known;
        }
        Node copy = new Node(node.type, node.permissions, node.uid, node.gid);
        copies.put(node, copy);
        copy.links = node.links;
        copy.content = node.content.clone();
        copy.data.or(node.data);
        copy.target = node.target;
        copy.xattrs.putAll(node.xattrs);
        copy.acl = node.acl;
        copy.defaultAcl = node.defaultAcl;
        node.entries.forEach((name, child) -> copy.entries.put(name, copyOf(child, copies)));
        return copy;
    }

    // Paths.

    public Node lookup(Credentials who, String path) throws FsException {
        if (path.equals("/")) {
            return root;
        }
        Place place = place(who, path);
        ModelRights.require(who, place.directory(), 1);
        if (place.node() == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        return place.node();
    }

    private Place place(Credentials who, String path) throws FsException {
        int slash = path.lastIndexOf('/');
        Node directory = lookup(who, slash == 0 ? "/" : path.substring(0, slash));
        if (!directory.isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        return new Place(directory, path.substring(slash + 1));
    }

    // Permissions.

    public void access(Credentials who, String path, int wanted) throws FsException {
        ModelRights.require(who, lookup(who, path), wanted);
    }

    // Making names.

    public Node make(Credentials who, String path, FileType type, int permissions, String target) throws FsException {
        return make(who, place(who, path), type, permissions, target);
    }

    /** O_TMPFILE, and a link to it. */
    public void makeFirst(Credentials who, String path, int permissions) throws FsException {
        Place place = place(who, path);
        if (place.directory().links == 0) {
            throw new FsException(FsError.NOT_FOUND);
        }
        ModelRights.require(who, place.directory(), 3);
        make(who, place, FileType.REGULAR, permissions, null);
    }

    private Node make(Credentials who, Place place, FileType type, int permissions, String target) throws FsException {
        requireFree(who, place);
        if (type == FileType.CHARACTER_DEVICE && who.uid() != 0) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        boolean inherits = (place.directory().permissions & 02000) != 0;
        int gid = inherits ? place.directory().gid : who.gid();
        int given = permissions;
        if (inherits && type == FileType.DIRECTORY) {
            given |= 02000;
        } else if (inherits && who.uid() != 0 && !who.isMemberOf(gid) && (given & 0010) != 0) {
            given &= ~02000;
        }
        Node node = new Node(type, given, who.uid(), gid);
        node.target = target;
        XattrModel.inherit(who, node, place.directory().defaultAcl);
        put(place, node);
        return node;
    }

    private static void requireFree(Credentials who, Place place) throws FsException {
        ModelRights.require(who, place.directory(), 1);
        if (place.node() != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (place.directory().links == 0) {
            throw new FsException(FsError.NOT_FOUND);
        }
        ModelRights.require(who, place.directory(), 3);
    }

    public void link(Credentials who, String path, String to) throws FsException {
        Node node = lookup(who, path);
        Place place = place(who, to);
        requireFree(who, place);
        if (node.isDirectory()) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        put(place, node);
    }

    private static void put(Place place, Node node) {
        place.directory().entries.put(place.name(), node);
        if (node.isDirectory()) {
            node.parent = place.directory();
            node.links = Math.max(node.links, 2);
            place.directory().links++;
        } else {
            node.links++;
        }
    }

    private static void take(Place place, Node node) {
        place.directory().entries.remove(place.name());
        if (node.isDirectory()) {
            place.directory().links--;
        } else {
            node.links--;
        }
    }

    // Removing names.

    public void unlink(Credentials who, String path) throws FsException {
        Place place = removable(who, path);
        if (place.node().isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        take(place, place.node());
    }

    public void rmdir(Credentials who, String path) throws FsException {
        Place place = removable(who, path);
        Node node = place.node();
        if (!node.isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        if (!node.entries.isEmpty()) {
            throw new FsException(FsError.DIRECTORY_NOT_EMPTY);
        }
        take(place, node);
        node.links = 0;
    }

    private Place removable(Credentials who, String path) throws FsException {
        Place place = place(who, path);
        ModelRights.require(who, place.directory(), 1);
        if (place.node() == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        ModelRights.require(who, place.directory(), 3);
        ModelRights.requireUnstuck(who, place.directory(), place.node());
        return place;
    }

    public void rename(Credentials who, String from, String to, Rename.Mode mode) throws FsException {
        Place source = place(who, from);
        Place target = place(who, to);
        ModelRights.require(who, source.directory(), 1);
        ModelRights.require(who, target.directory(), 1);
        Node moved = source.node();
        Node there = target.node();
        if (moved == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        if (mode == Rename.Mode.NO_REPLACE && there != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (mode == Rename.Mode.EXCHANGE && there == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        if (moved == there) {
            return;
        }
        boolean exchange = mode == Rename.Mode.EXCHANGE;
        boolean moves = source.directory() != target.directory();
        refuseLoop(moved, target.directory(), FsError.INVALID_ARGUMENT);
        refuseLoop(there, source.directory(), exchange ? FsError.INVALID_ARGUMENT : FsError.DIRECTORY_NOT_EMPTY);
        ModelRights.require(who, source.directory(), 3);
        ModelRights.requireUnstuck(who, source.directory(), moved);
        ModelRights.require(who, target.directory(), 3);
        if (there != null) {
            ModelRights.requireUnstuck(who, target.directory(), there);
        }
        if (!exchange) {
            refuseTypes(moved, there);
        }
        if (moves && moved.isDirectory()) {
            ModelRights.require(who, moved, 2);
        }
        if (exchange) {
            if (moves && there.isDirectory()) {
                ModelRights.require(who, there, 2);
            }
            take(source, moved);
            take(target, there);
            put(target, moved);
            put(source, there);
            return;
        }
        if (there != null) {
            if (!there.entries.isEmpty()) {
                throw new FsException(FsError.DIRECTORY_NOT_EMPTY);
            }
            take(target, there);
            there.links = there.isDirectory() ? 0 : there.links;
        }
        take(source, moved);
        put(target, moved);
    }

    private static void refuseLoop(Node moved, Node to, FsError refusal) throws FsException {
        for (Node above = to; above != above.parent; above = above.parent) {
            if (above == moved) {
                throw new FsException(refusal);
            }
        }
    }

    private static void refuseTypes(Node moved, Node there) throws FsException {
        if (there != null && moved.isDirectory() && !there.isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        if (there != null && !moved.isDirectory() && there.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
    }

    public Node open(Credentials who, String path, int wanted) throws FsException {
        Node node = lookup(who, path);
        if (node.isDirectory() && (wanted & 2) != 0) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (node.type == FileType.SYMLINK) {
            throw new FsException(FsError.SYMLINK_LOOP);
        }
        ModelRights.require(who, node, wanted);
        return node;
    }

    public static byte[] read(Node node, long offset, int length) throws FsException {
        requireRegular(node);
        int from = (int) Math.min(offset, node.content.length);
        return Arrays.copyOfRange(node.content, from, Math.min(node.content.length, from + length));
    }

    public static void write(Credentials who, Node node, long offset, byte[] bytes) throws FsException {
        requireRegular(node);
        if (bytes.length == 0) {
            return;
        }
        int end = (int) offset + bytes.length;
        node.content = Arrays.copyOf(node.content, Math.max(node.content.length, end));
        System.arraycopy(bytes, 0, node.content, (int) offset, bytes.length);
        ModelHoles.written(node, offset, bytes.length);
        dropSetIdsAfterWrite(who, node);
    }

    public static void truncate(Credentials who, Node node, long length) {
        node.content = Arrays.copyOf(node.content, (int) length);
        ModelHoles.cut(node, length);
        dropSetIdsAfterWrite(who, node);
    }

    public void truncate(Credentials who, String path, long length) throws FsException {
        Node node = lookup(who, path);
        if (node.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (node.type != FileType.REGULAR) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        ModelRights.require(who, node, 2);
        truncate(who, node, length);
    }

    static void requireRegular(Node node) throws FsException {
        if (node.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (node.type != FileType.REGULAR) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
    }

    // Owner and mode.

    static void dropSetIdsAfterWrite(Credentials who, Node node) {
        if (who.uid() != 0) {
            dropSetIds(who, node);
        }
    }

    private static void dropSetIds(Credentials who, Node node) {
        node.permissions &= ~04000;
        if ((node.permissions & 0010) != 0 || who.uid() != 0 && !who.isMemberOf(node.gid)) {
            node.permissions &= ~02000;
        }
    }

    public void chmod(Credentials who, String path, int permissions) throws FsException {
        Node node = lookup(who, path);
        if (who.uid() != 0 && who.uid() != node.uid) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        boolean outsider = who.uid() != 0 && !who.isMemberOf(node.gid);
        node.permissions = outsider ? permissions & ~02000 : permissions;
        node.acl = node.acl == null ? null : node.acl.with(permissions, false);
    }

    public void chown(Credentials who, String path, int uid, int gid) throws FsException {
        Node node = lookup(who, path);
        boolean mayNot = who.uid() != node.uid || uid != node.uid || gid != node.gid && !who.isMemberOf(gid);
        if (who.uid() != 0 && mayNot) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        if (!node.isDirectory()) {
            dropSetIds(who, node);
        }
        node.uid = uid;
        node.gid = gid;
    }
}
