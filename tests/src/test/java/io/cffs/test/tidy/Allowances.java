package io.cffs.test.tidy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The lines of {@code allowed.txt}: {@code rule path reason}, where the path may end in '*'. */
record Allowances(List<Allowance> entries) {
    private static final int REASON_CHARACTERS_MIN = 15;

    record Allowance(String rule, String path, String reason) {
        boolean excuses(Finding finding) {
            return rule.equals(finding.rule()) && pathMatches(finding.path());
        }

        private boolean pathMatches(String findingPath) {
            return path.endsWith("*")
                    ? findingPath.startsWith(path.substring(0, path.length() - 1))
                    : findingPath.equals(path);
        }
    }

    static Allowances read() {
        try (InputStream in = Allowances.class.getResourceAsStream("allowed.txt")) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Allowances parse(String text) {
        List<Allowance> entries = new ArrayList<>();
        for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
            String[] parts = line.strip().split("\\s+", 3);
            if (parts.length < 3 || parts[2].length() < REASON_CHARACTERS_MIN) {
                throw new IllegalArgumentException("an allowance is: rule path reason; this is not: " + line);
            }
            entries.add(new Allowance(parts[0], parts[1], parts[2]));
        }
        return new Allowances(List.copyOf(entries));
    }

    List<Finding> unexcused(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> entries.stream().noneMatch(entry -> entry.excuses(finding)))
                .toList();
    }

    /** Entries that excuse nothing any more. */
    List<Allowance> idle(List<Finding> findings) {
        return entries.stream().filter(entry -> findings.stream().noneMatch(entry::excuses)).toList();
    }
}
