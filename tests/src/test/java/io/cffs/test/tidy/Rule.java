package io.cffs.test.tidy;

import java.util.List;

/** One habit of the style guide that a machine can check. */
interface Rule {
    /** As {@code allowed.txt} and findings name it. */
    String name();

    List<Finding> check(List<JavaSource> sources);
}
