package io.cffs.test.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every rule over every source of the repository. */
class TidyTest {
    static final List<Rule> RULES = List.of(
            new LengthRules.LineLength(),
            new LengthRules.MethodLength(),
            new LengthRules.FileLength(),
            new BannedCalls(),
            new TypeNames(),
            new PackageArrows(),
            new PackageMaps(),
            new Leftovers());

    private static final List<JavaSource> SOURCES = JavaSource.all(JavaSource.repository());
    private static final Allowances ALLOWANCES = Allowances.read();

    @TestFactory
    Stream<DynamicTest> everySourceKeeps() {
        return RULES.stream().map(rule -> DynamicTest.dynamicTest(rule.name(), () -> {
            List<Finding> findings = ALLOWANCES.unexcused(rule.check(SOURCES));
            if (!findings.isEmpty()) {
                fail(findings.stream().map(Finding::toString).collect(Collectors.joining("\n", "\n", "")));
            }
        }));
    }

    @Test
    void theSourcesAreFound() {
        assertTrue(SOURCES.stream().anyMatch(source -> source.path().endsWith("io/cffs/model/Ino.java")));
        assertTrue(SOURCES.stream().anyMatch(source -> source.path().endsWith("TidyTest.java")));
    }

    @Test
    void everyAllowanceIsNeeded() {
        List<Finding> findings = RULES.stream().flatMap(rule -> rule.check(SOURCES).stream()).toList();
        assertEquals(List.of(), ALLOWANCES.idle(findings));
    }
}
