package io.cffs.test.tidy;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;

/** Lines, methods and files stay short enough to be read at once. */
final class LengthRules {
    static final int LINE_CHARACTERS_MAX = 120;
    static final int METHOD_LINES_MAX = 60;
    static final int FILE_LINES_MAX = 400;

    private LengthRules() {}

    record LineLength() implements Rule {
        @Override
        public String name() {
            return "line-length";
        }

        @Override
        public List<Finding> check(List<JavaSource> sources) {
            List<Finding> findings = new ArrayList<>();
            for (JavaSource source : sources) {
                List<String> lines = source.lines();
                for (int index = 0; index < lines.size(); index++) {
                    int length = lines.get(index).length();
                    if (length > LINE_CHARACTERS_MAX) {
                        findings.add(new Finding(name(), source.path(), index + 1,
                                length + " characters; break the line at " + LINE_CHARACTERS_MAX));
                    }
                }
            }
            return findings;
        }
    }

    record FileLength() implements Rule {
        @Override
        public String name() {
            return "file-length";
        }

        @Override
        public List<Finding> check(List<JavaSource> sources) {
            return sources.stream()
                    .filter(source -> source.lines().size() > FILE_LINES_MAX)
                    .map(source -> new Finding(name(), source.path(), 0,
                            source.lines().size() + " lines; split what can be named apart, at " + FILE_LINES_MAX))
                    .toList();
        }
    }

    record MethodLength() implements Rule {
        @Override
        public String name() {
            return "method-length";
        }

        @Override
        public List<Finding> check(List<JavaSource> sources) {
            List<Finding> findings = new ArrayList<>();
            for (JavaSource source : sources) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void nothing) {
                        long lines = source.endLine(method) - source.startLine(method) + 1;
                        if (method.getBody() != null && lines > METHOD_LINES_MAX) {
                            findings.add(new Finding(name(), source.path(), source.startLine(method),
                                    method.getName() + " has " + lines + " lines; name its parts, at "
                                            + METHOD_LINES_MAX));
                        }
                        return super.visitMethod(method, nothing);
                    }
                }.scan(source.tree(), null);
            }
            return findings;
        }
    }
}
