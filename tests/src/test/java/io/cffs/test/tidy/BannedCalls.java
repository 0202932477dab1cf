package io.cffs.test.tidy;

import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Time, chance, waiting and the end of the process are handed in. Composition roots, which make the real ones, are
 * named in {@code allowed.txt}. Tests may read the monotonic clock for the bound of a wait, and the bench measures.
 */
record BannedCalls() implements Rule {
    private static final Map<String, String> IN_MAIN = Map.of(
            "System.nanoTime", "take a Ticker and ask monotonicNanos()",
            "System.currentTimeMillis", "take a Ticker and ask wallNanos()",
            "Instant.now", "take a Ticker and ask wallNanos()",
            "LocalDateTime.now", "take a Ticker and ask wallNanos()",
            "ThreadLocalRandom.current", "take an Entropy",
            "UUID.randomUUID", "take an Entropy and make a TxnId");

    private static final Map<String, String> EVERYWHERE = Map.of(
            "Thread.sleep", "wait for the thing itself, with a bound (a condition, a future, a latch)",
            "Math.random", "take an Entropy, in tests a SplittableRandom of a printed seed",
            "new Random", "take an Entropy, in tests a SplittableRandom of a printed seed",
            "System.exit", "return an exit status to main",
            "Runtime.getRuntime().exit", "return an exit status to main",
            "Runtime.getRuntime().halt", "return an exit status to main");

    @Override
    public String name() {
        return "banned-call";
    }

    @Override
    public List<Finding> check(List<JavaSource> sources) {
        List<Finding> findings = new ArrayList<>();
        for (JavaSource source : sources) {
            new Calls(source, findings).scan(source.tree(), null);
        }
        return findings;
    }

    private static final class Calls extends TreeScanner<Void, Void> {
        private final JavaSource source;
        private final List<Finding> findings;

        Calls(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            look(call.getMethodSelect().toString(), call);
            return super.visitMethodInvocation(call, nothing);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
            look(reference.getQualifierExpression() + "." + reference.getName(), reference);
            return super.visitMemberReference(reference, nothing);
        }

        @Override
        public Void visitNewClass(NewClassTree creation, Void nothing) {
            look("new " + creation.getIdentifier(), creation);
            return super.visitNewClass(creation, nothing);
        }

        private void look(String call, Tree node) {
            String shortCall = call.replaceAll("\\bjava\\.(lang|util|time|util\\.concurrent)\\.(?=[A-Z])", "");
            String instead = EVERYWHERE.get(shortCall);
            if (instead == null && source.isMain() && !source.isBench()) {
                instead = IN_MAIN.get(shortCall);
            }
            if (instead != null) {
                findings.add(new Finding("banned-call", source.path(), source.startLine(node),
                        shortCall + " here: " + instead));
            }
        }
    }
}
