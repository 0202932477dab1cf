package io.cffs.test.sim;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Which faults strike in one run. Some are off for the whole of a seed (swarm), so that the others get further. */
final class FaultPlan {
    private static final double OFTEN = 0.15;

    private final SplittableRandom random;
    private final Map<Fault, Double> chances = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> fired = new EnumMap<>(Fault.class);
    private boolean calm;

    FaultPlan(SplittableRandom random) {
        this.random = random;
        boolean quietRun = random.nextInt(8) == 0;
        for (Fault fault : Fault.values()) {
            boolean off = quietRun || random.nextBoolean();
            chances.put(fault, off ? 0.0 : OFTEN * random.nextDouble() * random.nextDouble());
        }
    }

    /** From now on nothing goes wrong any more. */
    void calmDown() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /** Whether the fault strikes this time. */
    boolean strikes(Fault fault) {
        return strikes(fault, 1.0);
    }

    /** @param weight makes the fault likelier (above 1) or rarer where many or few chances come by */
    boolean strikes(Fault fault, double weight) {
        boolean strikes = !calm && random.nextDouble() < chances.get(fault) * weight;
        if (strikes) {
            fired.merge(fault, 1, Integer::sum);
        }
        return strikes;
    }

    /** A fault that the run could be exposed to at all. */
    boolean isPossible(Fault fault) {
        return !calm && chances.get(fault) > 0;
    }

    Map<Fault, Integer> fired() {
        return fired;
    }

    SplittableRandom random() {
        return random;
    }
}
