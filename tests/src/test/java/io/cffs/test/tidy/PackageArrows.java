package io.cffs.test.tidy;

import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which package may name which. Maven keeps the arrows between modules; this keeps those between packages, and keeps
 * the core pure: no files, sockets, threads, logs or libraries in it.
 */
record PackageArrows() implements Rule {
    /** The longest key that is a prefix of a package decides. What a package may see besides itself. */
    private static final Map<String, List<String>> MAY_SEE = new LinkedHashMap<>();

    static {
        MAY_SEE.put("io.cffs.model", List.of());
        MAY_SEE.put("io.cffs.txn", List.of("io.cffs.model", "io.cffs.txn.port"));
        MAY_SEE.put("io.cffs.txn.port", List.of("io.cffs.model", "io.cffs.txn"));
        MAY_SEE.put("io.cffs.txn.ops", List.of("io.cffs.model", "io.cffs.txn", "io.cffs.txn.port"));
        MAY_SEE.put("io.cffs.txn.validate", List.of("io.cffs.model", "io.cffs.txn"));
        MAY_SEE.put("io.cffs.txn.apply", List.of("io.cffs.model", "io.cffs.txn", "io.cffs.txn.validate"));
        MAY_SEE.put("io.cffs.txn.codec", List.of("io.cffs.model", "io.cffs.txn.*"));
        MAY_SEE.put("io.cffs.backend", List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.backend.*"));
        MAY_SEE.put("io.cffs.backend.client", List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.backend.wire"));
        MAY_SEE.put("io.cffs.backend.wire", List.of("io.cffs.model", "io.cffs.txn.*"));
        MAY_SEE.put("io.cffs.fuse", List.of("io.cffs.fuse.*"));
        MAY_SEE.put("io.cffs.daemon",
                List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.backend.client", "io.cffs.daemon.*"));
        MAY_SEE.put("io.cffs.daemon.fuse",
                List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.fuse.*", "io.cffs.daemon.*"));
        MAY_SEE.put("io.cffs.daemon.mount",
                List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.fuse.*", "io.cffs.backend.client",
                        "io.cffs.daemon.*"));
        MAY_SEE.put("io.cffs.daemon.host",
                List.of("io.cffs.model", "io.cffs.txn.*", "io.cffs.fuse.*", "io.cffs.backend.client",
                        "io.cffs.daemon.*"));
        MAY_SEE.put("io.cffs.daemon.cli", List.of("io.cffs.*"));
    }

    /** Prefixes that the pure core and the model never import. */
    private static final List<String> IMPURE = List.of(
            "java.nio.file.", "java.nio.channels.", "java.net.", "java.util.logging.", "java.util.Random",
            "java.util.concurrent.Executor", "java.util.concurrent.ThreadLocalRandom", "java.util.concurrent.locks.",
            "java.lang.foreign.", "java.time.", "org.", "com.", "net.", "at.", "tools.", "jnr.", "ru.");

    @Override
    public String name() {
        return "package-arrow";
    }

    @Override
    public List<Finding> check(List<JavaSource> sources) {
        List<Finding> findings = new ArrayList<>();
        for (JavaSource source : sources) {
            if (!source.isMain() || source.isBench()) {
                continue;
            }
            for (String seen : packagesSeen(source)) {
                if (!maySee(source.packageName(), seen)) {
                    findings.add(new Finding(name(), source.path(), 0,
                            source.packageName() + " must not see " + seen + "; turn the arrow round with a port"));
                }
            }
            boolean pure = source.path().startsWith("cffs-txn/");
            for (String imported : source.imports()) {
                if (pure && IMPURE.stream().anyMatch(imported::startsWith)) {
                    findings.add(new Finding(name(), source.path(), 0,
                            "the core is pure and must not import " + imported + "; use a port"));
                }
            }
        }
        return findings;
    }

    /** Packages of ours that a source imports or names in full. */
    private static Set<String> packagesSeen(JavaSource source) {
        Set<String> seen = new LinkedHashSet<>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
                String name = select.toString();
                String packageName = name.substring(0, name.lastIndexOf('.'));
                boolean isType = Character.isUpperCase(select.getIdentifier().charAt(0));
                if (isType && packageName.matches("io\\.cffs(\\.[a-z0-9]+)+")) {
                    seen.add(packageName);
                }
                return super.visitMemberSelect(select, nothing);
            }
        }.scan(source.tree(), null);
        seen.remove(source.packageName());
        return seen;
    }

    private static boolean maySee(String from, String to) {
        String rule = from;
        while (!MAY_SEE.containsKey(rule)) {
            int dot = rule.lastIndexOf('.');
            if (dot < 0) {
                return false;
            }
            rule = rule.substring(0, dot);
        }
        return MAY_SEE.get(rule).stream().anyMatch(allowed -> covers(allowed, to));
    }

    private static boolean covers(String allowed, String packageName) {
        if (!allowed.endsWith(".*")) {
            return allowed.equals(packageName);
        }
        String stem = allowed.substring(0, allowed.length() - 2);
        return packageName.equals(stem) || packageName.startsWith(stem + ".");
    }
}
