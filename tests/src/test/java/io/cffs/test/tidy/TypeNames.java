package io.cffs.test.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A type is named after what it is; these words say nothing. */
record TypeNames() implements Rule {
    private static final Pattern BANNED =
            Pattern.compile("(Manager|Helper|Util|Utils|Data|Info|Context|Impl)(?=[A-Z0-9]|$)");

    @Override
    public String name() {
        return "type-name";
    }

    @Override
    public List<Finding> check(List<JavaSource> sources) {
        List<Finding> findings = new ArrayList<>();
        for (JavaSource source : sources) {
            new TreeScanner<Void, Void>() {
                @Override
                public Void visitClass(ClassTree type, Void nothing) {
                    Matcher matcher = BANNED.matcher(type.getSimpleName());
                    if (matcher.find()) {
                        findings.add(new Finding(name(), source.path(), source.startLine(type),
                                type.getSimpleName() + ": \"" + matcher.group(1) + "\" says nothing; name what it is"));
                    }
                    return super.visitClass(type, nothing);
                }
            }.scan(source.tree(), null);
        }
        return findings;
    }
}
