package io.cffs.test.sim.workload;

import java.util.HashSet;
import java.util.Set;

/** What is known at the end: notes of functions that committed, and of those whose client died before it knew. */
public record Tally(Set<String> committed, Set<String> perhaps) {
    public Tally() {
        this(new HashSet<>(), new HashSet<>());
    }
}
