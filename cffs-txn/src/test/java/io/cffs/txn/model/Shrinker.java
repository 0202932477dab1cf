package io.cffs.txn.model;

import java.util.ArrayList;
import java.util.List;

/** Makes failing runs short. */
final class Shrinker {
    interface Fails {
        boolean with(List<ModelStep> steps);
    }

    private Shrinker() {}

    static List<ModelStep> shrink(List<ModelStep> failing, Fails fails) {
        List<ModelStep> steps = failing;
        for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < steps.size(); ) {
                List<ModelStep> fewer = new ArrayList<>(steps);
                fewer.subList(from, Math.min(steps.size(), from + chunk)).clear();
                if (fails.with(fewer)) {
                    steps = fewer;
                } else {
                    from += chunk;
                }
            }
        }
        return steps;
    }
}
