package io.cffs.daemon.host;

import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/** What a client asks for first: lines of {@code key=value} behind a line with the kind of request. */
sealed interface HostRequest {
    /** Bytes of a request at most: it arrives in one write. */
    int BYTES_MAX = 4096;

    VolumeName volume();

    /**
     * A function shall run.
     *
     * @param root where it is to find the volume, absolute
     * @param shared the client could not get a mount name space of its own; others may see the mount
     * @param attemptsMax 1 and up
     * @param timeoutNanos for all attempts together; {@link Long#MAX_VALUE} for none
     * @param invocationId null for none
     * @param function names it to the runs of it to come; null when it has no name
     * @param keep the name under which the mount stays for the next run; null when it shall go
     */
    record Run(VolumeName volume, Path root, boolean shared, boolean readOnly, int attemptsMax, long timeoutNanos,
            String invocationId, String function, String keep, boolean json) implements HostRequest {}

    /** Has this transaction, whose daemon was lost, committed? If not, it never will. */
    record Settle(VolumeName volume, TxnId txn) implements HostRequest {}

    /** Reads the text of a request. */
    final class Reader {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
        private static final Set<String> RUN_KEYS = Set.of("volume", "root", "shared", "read-only", "retries",
                "timeout", "invocation-id", "function", "keep", "json");
        private static final Set<String> SETTLE_KEYS = Set.of("volume", "txn");
        private static final int RETRIES_DEFAULT = 19;
        private static final int RETRIES_MAX = 10_000;

        private final ToLongFunction<String> timeSpans;

        /** @param timeSpans nanoseconds of {@code 30s} and the like; throws RuntimeException with a sentence */
        Reader(ToLongFunction<String> timeSpans) {
            this.timeSpans = timeSpans;
        }

        HostRequest read(String text) throws HostRefusal {
            String[] lines = text.strip().split("\n");
            return switch (lines[0]) {
                case "run" -> run(values(lines, RUN_KEYS));
                case "settle" -> settle(values(lines, SETTLE_KEYS));
                default -> throw HostRefusal.usage("no such request: " + lines[0]);
            };
        }

        private static Map<String, String> values(String[] lines, Set<String> keys) throws HostRefusal {
            Map<String, String> values = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                int sign = lines[i].indexOf('=');
                String key = sign < 0 ? lines[i] : lines[i].substring(0, sign);
                if (sign < 0 || !keys.contains(key)) {
                    throw HostRefusal.usage("the host daemon knows no '" + key + "' in a request");
                }
                if (sign + 1 < lines[i].length() && values.put(key, lines[i].substring(sign + 1)) != null) {
                    throw HostRefusal.usage("'" + key + "' is given twice in a request");
                }
            }
            return values;
        }

        private Run run(Map<String, String> values) throws HostRefusal {
            String root = values.get("root");
            if (root == null || !root.startsWith("/")) {
                throw HostRefusal.usage("the directory to mount on must be absolute, not " + root);
            }
            String id = values.get("invocation-id");
            if (id != null && id.length() > CommitRequest.INVOCATION_ID_MAX) {
                throw HostRefusal.usage("--invocation-id has 1 to " + CommitRequest.INVOCATION_ID_MAX + " characters");
            }
            String keep = values.get("keep");
            if (keep != null && !NAME.matcher(keep).matches()) {
                throw HostRefusal.usage("--keep takes a name of 1 to 64 letters, digits, '.', '_' and '-', not "
                        + keep);
            }
            return new Run(volume(values), Path.of(root).normalize(), isSet(values, "shared"),
                    isSet(values, "read-only"), retries(values) + 1, timeout(values), id,
                    values.get("function"), keep, isSet(values, "json"));
        }

        private Settle settle(Map<String, String> values) throws HostRefusal {
            String txn = values.getOrDefault("txn", "");
            try {
                return new Settle(volume(values), TxnId.parse(txn));
            } catch (IllegalArgumentException e) {
                throw HostRefusal.usage(e.getMessage());
            }
        }

        private static VolumeName volume(Map<String, String> values) throws HostRefusal {
            try {
                String name = values.get("volume");
                return name == null ? VolumeName.DEFAULT : new VolumeName(name);
            } catch (IllegalArgumentException e) {
                throw HostRefusal.usage("--volume: " + e.getMessage());
            }
        }

        private static int retries(Map<String, String> values) throws HostRefusal {
            String text = values.getOrDefault("retries", Integer.toString(RETRIES_DEFAULT));
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > RETRIES_MAX) {
                throw HostRefusal.usage("--retries is 0 to " + RETRIES_MAX + ", not " + text);
            }
            return Integer.parseInt(text);
        }

        private long timeout(Map<String, String> values) throws HostRefusal {
            String text = values.get("timeout");
            try {
                return text == null ? Long.MAX_VALUE : timeSpans.applyAsLong(text);
            } catch (RuntimeException e) {
                throw HostRefusal.usage("--timeout: " + e.getMessage());
            }
        }

        private static boolean isSet(Map<String, String> values, String key) {
            String value = values.get(key);
            return "1".equals(value) || "true".equals(value);
        }
    }
}
