package io.cffs.test.sim;

import io.cffs.model.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the programs of one mount must find in a directory of their own, and in what they have open: the names and bytes
 * of the last commit, with what was done since over it. What has no name follows no transaction.
 */
final class MountModel {
    /** A file, whether it has a name or not. */
    static final class Content {
        byte[] bytes = new byte[0];
        /** Value of its one attribute; null for none. */
        Bytes attribute;
        /** A name may be given to it: it has one, or has had none yet. */
        boolean mayBeNamed = true;
        /** It has no name, or had none, since an earlier transaction than this one. */
        boolean carried;
        /** It was made in a transaction that has left no trace, and had a name there. */
        boolean gone;
        /** How many reads had failed when it took over another file's stored bytes in this transaction; -1 for none. */
        int takenOverAfter = -1;

        void write(int offset, byte[] written) {
            byte[] longer = Arrays.copyOf(bytes, Math.max(bytes.length, offset + written.length));
            System.arraycopy(written, 0, longer, offset, written.length);
            bytes = longer;
        }
    }

    private record Stored(byte[] bytes, Bytes attribute) {}

    /** Names and what they lead to. */
    record State(Map<String, Content> names, Map<Content, byte[]> bytes) {}

    private final TreeMap<String, Content> names = new TreeMap<>();
    private Map<String, Content> committedNames = Map.of();
    private Map<Content, Stored> committed = Map.of();

    TreeMap<String, Content> names() {
        return names;
    }

    Content named(String name) {
        return names.get(name);
    }

    void put(String name, Content content) {
        remove(name);
        names.put(name, content);
    }

    void remove(String name) {
        Content was = names.remove(name);
        if (was != null && !names.containsValue(was)) {
            was.mayBeNamed = false;
        }
    }

    int links(Content content) {
        return (int) names.values().stream().filter(named -> named == content).count();
    }

    boolean isCommitted(Content content) {
        return committed.containsKey(content);
    }

    /** As other mounts find it, now or once a commit under way has happened. */
    State committedState() {
        Map<Content, byte[]> bytes = new HashMap<>();
        committed.forEach((content, stored) -> bytes.put(content, stored.bytes()));
        return new State(new TreeMap<>(committedNames), bytes);
    }

    State currentState() {
        Map<Content, byte[]> bytes = new HashMap<>();
        names.values().forEach(content -> bytes.put(content, content.bytes));
        return new State(new TreeMap<>(names), bytes);
    }

    void committed() {
        committedNames = new TreeMap<>(names);
        committed = new HashMap<>();
        for (Content content : names.values()) {
            committed.put(content, new Stored(content.bytes, content.attribute));
            content.takenOverAfter = -1;
            content.carried = false;
        }
    }

    /** What was stored is as it was; what was not has lost the names that it was given. */
    void lost() {
        Set<Content> made = new HashSet<>(names.values());
        names.clear();
        names.putAll(committedNames);
        committed.forEach((content, stored) -> {
            content.bytes = stored.bytes();
            content.attribute = stored.attribute();
            content.mayBeNamed = true;
            content.takenOverAfter = -1;
        });
        made.removeAll(committed.keySet());
        for (Content content : made) {
            content.mayBeNamed = false;
            content.gone = !content.carried;
        }
    }
}
