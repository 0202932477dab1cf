package io.cffs.test.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is not done is not in the tree: no reminders, no stubs, no code that was switched off. */
record Leftovers() implements Rule {
    private static final Pattern MARK = Pattern.compile("\\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\\b");
    private static final Pattern STUB = Pattern.compile("new Unsupported[O]perationException\\b");
    private static final Pattern DEAD_CODE = Pattern.compile("^\\s*//.*[;{}]\\s*$");

    @Override
    public String name() {
        return "leftover";
    }

    @Override
    public List<Finding> check(List<JavaSource> sources) {
        List<Finding> findings = new ArrayList<>();
        for (JavaSource source : sources) {
            List<String> lines = source.lines();
            for (int index = 0; index < lines.size(); index++) {
                String line = lines.get(index);
                Matcher mark = MARK.matcher(line);
                if (mark.find()) {
                    add(findings, source, index, mark.group() + ": do it or write it down elsewhere");
                }
                if (STUB.matcher(line).find()) {
                    add(findings, source, index, "a stub: narrow the interface instead");
                }
                if (DEAD_CODE.matcher(line).matches()) {
                    add(findings, source, index, "code that was commented out: remove it");
                }
            }
        }
        return findings;
    }

    private void add(List<Finding> findings, JavaSource source, int index, String sentence) {
        findings.add(new Finding(name(), source.path(), index + 1, sentence));
    }
}
