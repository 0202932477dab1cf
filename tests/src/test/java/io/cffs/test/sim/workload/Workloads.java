package io.cffs.test.sim.workload;

import java.util.List;
import java.util.function.Supplier;

/** All workloads, by name. A workload counts its functions, so each run takes a new one. */
public final class Workloads {
    private static final List<Supplier<Workload>> ALL = List.of(
            Cycle::new, Tokens::new, HardLinks::new, Logs::new, DirectoryMoves::new, Counter::new, Bank::new,
            DirectoryLife::new, Lengths::new, Pages::new, Apart::new, Anything::new, Quotas::new, Holes::new);

    private Workloads() {}

    public static List<String> names() {
        return ALL.stream().map(made -> made.get().name()).toList();
    }

    public static Workload named(String name) {
        return ALL.stream()
                .map(Supplier::get)
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such workload: " + name));
    }
}
