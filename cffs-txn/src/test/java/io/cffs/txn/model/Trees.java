package io.cffs.txn.model;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.FileHoles;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.DirectoryPage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A whole tree as text, path by path: identity, links, length, content, and which names are one file. */
public final class Trees {
    private Trees() {}

    public static Map<String, String> of(FsModel model) {
        Map<String, String> tree = new TreeMap<>();
        add(model.root, "/", new HashMap<>(), tree);
        return tree;
    }

    private static void add(FsModel.Node node, String path, Map<Object, String> seen, Map<String, String> tree) {
        long size = node.isDirectory() ? node.entries.size() : node.target != null ? node.target.length()
                : node.content.length;
        String content = node.target != null ? node.target : ModelRunner.text(node.content) + ModelHoles.text(node);
        content += attributes(XattrModel.all(node));
        tree.put(path, line(node.type, node.permissions, node.uid, node.gid, node.links, size, content,
                seen.putIfAbsent(node, path)));
        node.entries.forEach((name, child) -> add(child, join(path, name), seen, tree));
    }

    /** What is stored. */
    public static Map<String, String> of(Map<ObjectKey, StoredObject> objects) {
        Map<String, String> tree = new TreeMap<>();
        Map<Ino, List<ObjectKey.DentryKey>> names = new HashMap<>();
        for (ObjectKey key : objects.keySet()) {
            if (key instanceof ObjectKey.DentryKey dentry) {
                names.computeIfAbsent(dentry.parent(), p -> new ArrayList<>()).add(dentry);
            }
        }
        names.values().forEach(some -> some.sort(Comparator.comparing(ObjectKey.DentryKey::name)));
        add(objects, names, Ino.ROOT, "/", new HashMap<>(), tree);
        return tree;
    }

    private static void add(
            Map<ObjectKey, StoredObject> objects,
            Map<Ino, List<ObjectKey.DentryKey>> names,
            Ino ino,
            String path,
            Map<Object, String> seen,
            Map<String, String> tree) {
        Inode inode = ((StoredObject.InodeObject) objects.get(new ObjectKey.InodeKey(ino))).inode();
        byte[] content = new byte[inode.type() == FileType.REGULAR ? (int) inode.sizeBytes() : 0];
        for (long at = 0; at < content.length; at += Blocks.BLOCK_BYTES) {
            ObjectKey key = new ObjectKey.BlockKey(ino, Blocks.blockOf(at));
            if (objects.get(key) instanceof StoredObject.BlockObject block) {
                block.raw().copyTo(0, content, (int) at, block.raw().length());
            }
        }
        String holes = ModelHoles.text(inode.allocatedBytes(), 1 + content.length / Blocks.BLOCK_BYTES, index ->
                objects.get(new ObjectKey.BlockKey(ino, index)) instanceof StoredObject.BlockObject block
                        ? block.pages() : 0);
        TreeMap<String, byte[]> xattrs = new TreeMap<>();
        objects.forEach((key, value) -> {
            if (key instanceof ObjectKey.XattrKey xattr && xattr.ino().equals(ino)) {
                xattrs.put(xattr.name().toString(), ((StoredObject.XattrObject) value).value().toArray());
            }
        });
        tree.put(path, line(inode, content, holes, xattrs, seen.putIfAbsent(ino, path)));
        for (ObjectKey.DentryKey key : names.getOrDefault(ino, List.of())) {
            Ino child = ((StoredObject.DentryObject) objects.get(key)).ino();
            add(objects, names, child, join(path, key.name().toString()), seen, tree);
        }
    }

    /** What a transaction over a snapshot that never misses sees. Looking settles its blind appends. */
    public static Map<String, String> of(Transaction transaction) throws FsException {
        Map<String, String> tree = new TreeMap<>();
        add(transaction, Ino.ROOT, "/", new HashMap<>(), tree);
        return tree;
    }

    private static void add(
            Transaction transaction, Ino ino, String path, Map<Object, String> seen, Map<String, String> tree)
            throws FsException {
        Inode inode = transaction.inode(ino);
        ByteBuffer content = ByteBuffer.allocate(inode.type() == FileType.REGULAR ? (int) inode.sizeBytes() : 0);
        transaction.read(inode, 0, content);
        TreeMap<String, byte[]> xattrs = new TreeMap<>();
        for (Name name : transaction.xattrs().names(inode)) {
            xattrs.put(name.toString(), transaction.xattrs().get(inode, name).toArray());
        }
        tree.put(path, line(inode, content.array(), holes(transaction, inode), xattrs, seen.putIfAbsent(ino, path)));
        if (inode.isDirectory()) {
            DirectoryPage page = transaction.list(ino, null, DirectoryPage.ENTRIES_MAX);
            for (DirectoryPage.Entry entry : page.entries()) {
                add(transaction, entry.ino(), join(path, entry.name().toString()), seen, tree);
            }
        }
    }

    private static String holes(Transaction transaction, Inode inode) throws FsException {
        if (inode.type() != FileType.REGULAR) {
            return ModelHoles.text(0, 0, index -> 0);
        }
        Map<Long, Integer> pages = new HashMap<>();
        long at = inode.sizeBytes() == 0 ? FileHoles.NONE : transaction.holes().nextData(inode, 0);
        while (at != FileHoles.NONE) {
            int bit = BlockPages.touched((int) (at % Blocks.BLOCK_BYTES), (int) (at % Blocks.BLOCK_BYTES) + 1);
            pages.merge(Blocks.blockOf(at), bit, (a, b) -> a | b);
            long next = at + Blocks.PAGE_BYTES;
            at = next >= inode.sizeBytes() ? FileHoles.NONE : transaction.holes().nextData(inode, next);
        }
        return ModelHoles.text(transaction.holes().measured(inode).allocatedBytes(),
                1 + (int) Blocks.blockOf(inode.sizeBytes()), index -> pages.getOrDefault(index, 0));
    }

    private static String join(String path, String name) {
        return path.equals("/") ? "/" + name : path + "/" + name;
    }

    /** Empty for none. */
    private static String attributes(Map<String, byte[]> xattrs) {
        StringBuilder text = new StringBuilder();
        xattrs.forEach((name, value) -> text.append(' ').append(name).append('=').append(ModelRunner.text(value)));
        return text.toString();
    }

    private static String line(Inode inode, byte[] bytes, String holes, TreeMap<String, byte[]> xattrs, String sameAs) {
        Bytes target = inode.symlinkTarget();
        String content = target != null ? target.toUtf8() : ModelRunner.text(bytes) + holes;
        return line(inode.type(), inode.permissions(), inode.uid(), inode.gid(), inode.links(), inode.sizeBytes(),
                content + attributes(xattrs), sameAs);
    }

    private static String line(
            FileType type, int permissions, int uid, int gid, long links, long size, String content, String sameAs) {
        return type + " 0" + Integer.toOctalString(permissions) + " " + uid + ":" + gid + " links " + links + " size "
                + size + " " + content + (sameAs == null ? "" : " same as " + sameAs);
    }
}
