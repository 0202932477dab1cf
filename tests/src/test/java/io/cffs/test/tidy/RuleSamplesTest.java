package io.cffs.test.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each rule refuses its bad samples and accepts its good ones: a rule that finds nothing proves nothing. */
class RuleSamplesTest {
    private static final String TXN = "cffs-txn/src/main/java/io/cffs/txn/A.java";
    private static final String MAP = "cffs-txn/src/main/java/io/cffs/txn/package-info.java";
    private static final String DAEMON = "cffs-daemon/src/main/java/io/cffs/daemon/session/A.java";
    private static final String FUSE = "fuse-mount/src/main/java/io/cffs/fuse/A.java";
    private static final String CLIENT = "cffs-backend/src/main/java/io/cffs/backend/client/A.java";
    private static final String TEST = "cffs-txn/src/test/java/io/cffs/txn/ATest.java";

    private record Sample(String rule, String path, String text) {}

    private static final List<Sample> REFUSED = List.of(
            new Sample("line-length", TXN, "class A { String s = \"" + "x".repeat(120) + "\"; }"),
            new Sample("method-length", TXN, "class A { void m() {\n" + "int a;\n".repeat(60) + "} }"),
            new Sample("file-length", TXN, "class A {\n" + "\n".repeat(400) + "}"),
            new Sample("banned-call", TXN, "class A { long m() { return System.nanoTime(); } }"),
            new Sample("banned-call", TXN, "class A { long m() { return java.lang.System.nanoTime(); } }"),
            new Sample("banned-call", TXN, "class A { LongSupplier s = System::currentTimeMillis; }"),
            new Sample("banned-call", TXN, "class A { Object m() { return Instant.now(); } }"),
            new Sample("banned-call", TEST, "class A { Object m() { return new java.util.Random(7); } }"),
            new Sample("banned-call", TEST, "class A { void m() throws Exception { Thread.sleep(1); } }"),
            new Sample("banned-call", TEST, "class A { double m() { return Math.random(); } }"),
            new Sample("banned-call", DAEMON, "class A { void m() { System.exit(1); } }"),
            new Sample("type-name", TXN, "class A { static class LockManager {} }"),
            new Sample("type-name", TXN, "record FileInfo() {}"),
            new Sample("type-name", TXN, "enum UtilBox { ONE }"),
            new Sample("package-arrow", TXN, "package io.cffs.txn; import io.cffs.txn.ops.Rename; class A {}"),
            new Sample("package-arrow", TXN, "package io.cffs.txn; class A { io.cffs.txn.ops.Rename r; }"),
            new Sample("package-arrow", TXN, "package io.cffs.txn; import java.nio.file.Path; class A {}"),
            new Sample("package-arrow", TXN, "package io.cffs.txn; import org.slf4j.Logger; class A {}"),
            new Sample("package-arrow", FUSE, "package io.cffs.fuse; import io.cffs.model.Ino; class A {}"),
            new Sample("package-arrow", CLIENT,
                    "package io.cffs.backend.client; import io.cffs.backend.commit.CommitPipeline; class A {}"),
            new Sample("package-arrow", DAEMON,
                    "package io.cffs.daemon.session; import io.cffs.backend.commit.CommitPipeline; class A {}"),
            new Sample("package-arrow", DAEMON,
                    "package io.cffs.daemon.session; import io.cffs.fuse.FuseHandler; class A {}"),
            new Sample("package-map", TXN, "package io.cffs.txn; class A {}"),
            new Sample("package-map", MAP, "/** Things. */ package io.cffs.txn;"),
            new Sample("leftover", TXN, "class A { /* TO" + "DO later */ }"),
            new Sample("leftover", TXN, "class A {\n    // FIX" + "ME this\n}"),
            new Sample("leftover", TXN, "class A {\n    // int a = 1;\n}"),
            new Sample("leftover", TXN, "class A { void m() { throw new Unsupported" + "OperationException(); } }"));

    private static final List<Sample> ACCEPTED = List.of(
            new Sample("line-length", TXN, "class A { String s = \"" + "x".repeat(90) + "\"; }"),
            new Sample("method-length", TXN, "class A { void m() {\n" + "int a;\n".repeat(58) + "} }"),
            new Sample("file-length", TXN, "class A {\n" + "\n".repeat(390) + "}"),
            new Sample("banned-call", TEST, "class A { long deadline() { return System.nanoTime(); } }"),
            new Sample("banned-call", TXN, "class A { String s = \"Thread.sleep(1)\"; /* Math.random() */ }"),
            new Sample("type-name", TXN, "class Database { class Informed {} class Utility {} class Implied {} }"),
            new Sample("package-arrow", DAEMON,
                    "package io.cffs.daemon.session; import io.cffs.backend.client.RemoteBackend; class A {}"),
            new Sample("package-arrow", TEST, "package io.cffs.txn; import io.cffs.txn.ops.Rename; class ATest {}"),
            new Sample("package-map", MAP,
                    "/** " + "What is here and who may call it. ".repeat(3) + "*/ package io.cffs.txn;"),
            new Sample("leftover", TXN, "class A {\n    // The absence of the name is a read.\n}"));

    @TestFactory
    Stream<DynamicTest> refuses() {
        return REFUSED.stream().map(sample -> DynamicTest.dynamicTest(sample.rule() + ": " + sample.text().strip(),
                () -> assertTrue(!findings(sample).isEmpty())));
    }

    @TestFactory
    Stream<DynamicTest> accepts() {
        return ACCEPTED.stream().map(sample -> DynamicTest.dynamicTest(sample.rule() + ": " + sample.text().strip(),
                () -> assertEquals(List.of(), findings(sample))));
    }

    @Test
    void everyRuleHasAFailingSample() {
        for (Rule rule : TidyTest.RULES) {
            assertTrue(REFUSED.stream().anyMatch(sample -> sample.rule().equals(rule.name())), rule.name());
        }
    }

    @Test
    void anAllowanceExcusesItsRuleAndPathOnly() {
        Finding finding = new Finding("banned-call", "a/B.java", 3, "wrong");
        assertEquals(0, unexcused(finding, "banned-call a/B.java the real clock is here"));
        assertEquals(0, unexcused(finding, "banned-call a/* the real clock is here"));
        assertEquals(1, unexcused(finding, "type-name a/B.java the real clock is here"));
        assertEquals(1, unexcused(finding, "banned-call a/C.java the real clock is here"));
        assertThrows(IllegalArgumentException.class, () -> Allowances.parse("banned-call a/B.java because"));
    }

    private static int unexcused(Finding finding, String allowance) {
        return Allowances.parse(allowance).unexcused(List.of(finding)).size();
    }

    private static List<Finding> findings(Sample sample) {
        Map<String, Rule> rules =
                TidyTest.RULES.stream().collect(java.util.stream.Collectors.toMap(Rule::name, rule -> rule));
        return rules.get(sample.rule()).check(List.of(JavaSource.parse(sample.path(), sample.text())));
    }
}
