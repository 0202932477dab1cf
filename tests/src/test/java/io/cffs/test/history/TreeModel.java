package io.cffs.test.history;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree of plain maps: what a volume should hold. Nodes are immutable values, so a copy is cheap. Paths are resolved
 * anew by every call; symlinks are never followed (functions of the simulation follow none).
 */
public final class TreeModel {
    private static final long ROOT = 1;

    /** @param entries of a directory, else null; @param content of a file or the target of a symlink, else null */
    private record Node(FileType type, int permissions, byte[] content, TreeMap<String, Long> entries, long parent) {}

    /** One line of {@link #flat()}: everything about a path that two trees must agree on. */
    public record Flat(FileType type, int permissions, long links, long sizeBytes, int contentHash) {}

    private final Map<Long, Node> nodes;
    /** By node; the inner maps are never changed. */
    private final Map<Long, TreeMap<String, Bytes>> xattrs;
    private long nextNode;

    private TreeModel(Map<Long, Node> nodes, Map<Long, TreeMap<String, Bytes>> xattrs, long nextNode) {
        this.nodes = nodes;
        this.xattrs = xattrs;
        this.nextNode = nextNode;
    }

    /** A root directory and nothing else. */
    public static TreeModel empty() {
        Map<Long, Node> nodes = new HashMap<>();
        nodes.put(ROOT, new Node(FileType.DIRECTORY, 0755, null, new TreeMap<>(), ROOT));
        return new TreeModel(nodes, new HashMap<>(), ROOT + 1);
    }

    public TreeModel copy() {
        return new TreeModel(new HashMap<>(nodes), new HashMap<>(xattrs), nextNode);
    }

    /** Every path with what is there, the root as "/". */
    public TreeMap<String, Flat> flat() {
        TreeMap<String, Flat> all = new TreeMap<>();
        flatten("/", ROOT, all);
        return all;
    }

    private void flatten(String path, long id, TreeMap<String, Flat> all) {
        Node node = nodes.get(id);
        all.put(path, new Flat(node.type, node.permissions, links(id), sizeBytes(node), Arrays.hashCode(node.content)));
        if (node.entries != null) {
            String stem = path.equals("/") ? "/" : path + "/";
            node.entries.forEach((name, child) -> flatten(stem + name, child, all));
        }
    }

    /** Where the one directory of this name is. */
    String pathOfDirectory(String name) {
        return flat().entrySet().stream()
                .filter(entry -> entry.getValue().type() == FileType.DIRECTORY && entry.getKey().endsWith("/" + name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** Forgets nodes that have no name any more. */
    void dropNameless() {
        var reachable = new HashMap<Long, Node>();
        mark(ROOT, reachable);
        nodes.keySet().retainAll(reachable.keySet());
        xattrs.keySet().retainAll(reachable.keySet());
    }

    private void mark(long id, Map<Long, Node> reachable) {
        Node node = nodes.get(id);
        if (reachable.putIfAbsent(id, node) == null && node.entries != null) {
            node.entries.values().forEach(child -> mark(child, reachable));
        }
    }

    long resolve(String path) throws FsException {
        long at = ROOT;
        for (String name : path.substring(1).split("/")) {
            if (!name.isEmpty()) {
                at = child(at, name);
            }
        }
        return at;
    }

    private long child(long directory, String name) throws FsException {
        Long child = entriesOf(directory).get(name);
        if (child == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        return child;
    }

    private TreeMap<String, Long> entriesOf(long directory) throws FsException {
        TreeMap<String, Long> entries = nodes.get(directory).entries;
        if (entries == null) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        return entries;
    }

    /** Null when the last name is absent; refuses when what is before it is. */
    private Long find(String path) throws FsException {
        return entriesOf(parentOf(path)).get(nameOf(path));
    }

    private long parentOf(String path) throws FsException {
        int slash = path.lastIndexOf('/');
        long parent = resolve(slash == 0 ? "/" : path.substring(0, slash));
        entriesOf(parent);
        return parent;
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    FsResult stat(String path) throws FsException {
        long id = resolve(path);
        Node node = nodes.get(id);
        return new FsResult.Stat(node.type, node.permissions, links(id), sizeBytes(node));
    }

    private long links(long id) {
        long names = 0;
        Node node = nodes.get(id);
        for (Node holder : nodes.values()) {
            if (holder.entries == null) {
                continue;
            }
            if (node.entries == null) {
                names += holder.entries.values().stream().filter(child -> child == id).count();
            } else if (holder == node) {
                names += holder.entries.values().stream().filter(child -> isDirectory(child)).count();
            }
        }
        return node.entries == null ? names : names + 2;
    }

    private boolean isDirectory(long id) {
        return nodes.get(id).entries != null;
    }

    private static long sizeBytes(Node node) {
        return node.entries != null ? node.entries.size() : node.content.length;
    }

    FsResult list(String path) throws FsException {
        List<FsResult.Entry> listed = new ArrayList<>();
        entriesOf(resolve(path)).forEach(
                (name, id) -> listed.add(new FsResult.Entry(name, nodes.get(id).type)));
        return new FsResult.Names(listed);
    }

    byte[] content(long id) throws FsException {
        Node node = nodes.get(id);
        if (node.entries != null) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (node.type == FileType.SYMLINK) {
            throw new FsException(FsError.SYMLINK_LOOP);
        }
        return node.content;
    }

    void truncate(String path, int lengthBytes) throws FsException {
        long id = resolve(path);
        if (nodes.get(id).type == FileType.SYMLINK) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        setContent(id, Arrays.copyOf(content(id), lengthBytes));
    }

    byte[] target(String path) throws FsException {
        Node node = nodes.get(resolve(path));
        if (node.type != FileType.SYMLINK) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        return node.content;
    }

    void setContent(long id, byte[] content) {
        Node old = nodes.get(id);
        nodes.put(id, new Node(old.type, old.permissions, content, old.entries, old.parent));
    }

    void setPermissions(String path, int permissions) throws FsException {
        long id = resolve(path);
        Node old = nodes.get(id);
        nodes.put(id, new Node(old.type, permissions, old.content, old.entries, old.parent));
    }

    /** @param value null to remove it */
    void setXattr(String path, String name, Bytes value) throws FsException {
        long id = resolve(path);
        TreeMap<String, Bytes> all = new TreeMap<>(xattrs.getOrDefault(id, new TreeMap<>()));
        if (value == null) {
            all.remove(name);
        } else {
            all.put(name, value);
        }
        xattrs.put(id, all);
    }

    Bytes xattr(String path, String name) throws FsException {
        Bytes value = xattrs.getOrDefault(resolve(path), new TreeMap<>()).get(name);
        if (value == null) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        return value;
    }

    FsResult listXattrs(String path) throws FsException {
        return new FsResult.Names(xattrs.getOrDefault(resolve(path), new TreeMap<>()).keySet().stream()
                .map(name -> new FsResult.Entry(name, FileType.REGULAR)).toList());
    }

    void create(String path, FileType type, int permissions, byte[] content) throws FsException {
        long parent = parentOf(path);
        refuseIfThere(path);
        long id = nextNode++;
        boolean directory = type == FileType.DIRECTORY;
        TreeMap<String, Long> entries = directory ? new TreeMap<>() : null;
        nodes.put(id, new Node(type, permissions, directory ? null : content, entries, parent));
        put(parent, nameOf(path), id);
    }

    private void refuseIfThere(String path) throws FsException {
        if (find(path) != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
    }

    private void put(long directory, String name, long id) throws FsException {
        TreeMap<String, Long> entries = new TreeMap<>(entriesOf(directory));
        entries.put(name, id);
        replaceEntries(directory, entries);
    }

    private void remove(long directory, String name) throws FsException {
        TreeMap<String, Long> entries = new TreeMap<>(entriesOf(directory));
        entries.remove(name);
        replaceEntries(directory, entries);
    }

    private void replaceEntries(long directory, TreeMap<String, Long> entries) {
        Node old = nodes.get(directory);
        nodes.put(directory, new Node(old.type, old.permissions, null, entries, old.parent));
    }

    void rmdir(String path) throws FsException {
        long id = resolve(path);
        if (!entriesOf(id).isEmpty()) {
            throw new FsException(FsError.DIRECTORY_NOT_EMPTY);
        }
        remove(parentOf(path), nameOf(path));
    }

    void unlink(String path) throws FsException {
        if (isDirectory(resolve(path))) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        remove(parentOf(path), nameOf(path));
    }

    void link(String existing, String added) throws FsException {
        long id = resolve(existing);
        long parent = parentOf(added);
        refuseIfThere(added);
        if (isDirectory(id)) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        put(parent, nameOf(added), id);
    }

    void rename(String from, String to, FsCall.RenameMode mode) throws FsException {
        long fromParent = parentOf(from);
        long toParent = parentOf(to);
        long moved = child(fromParent, nameOf(from));
        Long there = find(to);
        if (mode == FsCall.RenameMode.NO_REPLACE && there != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (mode == FsCall.RenameMode.EXCHANGE && there == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        refuseLoop(moved, toParent, FsError.INVALID_ARGUMENT);
        if (mode != FsCall.RenameMode.EXCHANGE && there != null) {
            refuseLoop(there, fromParent, FsError.DIRECTORY_NOT_EMPTY);
        }
        if (mode == FsCall.RenameMode.EXCHANGE) {
            refuseLoop(there, fromParent, FsError.INVALID_ARGUMENT);
            put(fromParent, nameOf(from), there);
            put(toParent, nameOf(to), moved);
            setParent(there, fromParent);
            setParent(moved, toParent);
            return;
        }
        if (there != null && there == moved) {
            return;
        }
        if (there != null) {
            refuseReplacing(moved, there);
        }
        remove(fromParent, nameOf(from));
        put(toParent, nameOf(to), moved);
        setParent(moved, toParent);
    }

    private void refuseLoop(long moved, long directory, FsError refusal) throws FsException {
        for (long at = directory; at != ROOT; at = nodes.get(at).parent) {
            if (at == moved) {
                throw new FsException(refusal);
            }
        }
    }

    private void refuseReplacing(long moved, long there) throws FsException {
        if (isDirectory(there) && !isDirectory(moved)) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (!isDirectory(there) && isDirectory(moved)) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        if (isDirectory(there) && !entriesOf(there).isEmpty()) {
            throw new FsException(FsError.DIRECTORY_NOT_EMPTY);
        }
    }

    private void setParent(long id, long parent) {
        Node old = nodes.get(id);
        nodes.put(id, new Node(old.type, old.permissions, old.content, old.entries, parent));
    }
}
