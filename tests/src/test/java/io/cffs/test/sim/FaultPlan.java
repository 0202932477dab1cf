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
    private final boolean mailOutlivesBackend;
    private boolean calm = true;
    private boolean dying;

    FaultPlan(SplittableRandom random) {
        this.random = random;
        boolean quietRun = random.nextInt(8) == 0;
        for (Fault fault : Fault.values()) {
            boolean off = quietRun || random.nextBoolean();
            chances.put(fault, off ? 0.0 : OFTEN * random.nextDouble() * random.nextDouble());
        }
        mailOutlivesBackend = random.nextBoolean();
        if (mailOutlivesBackend) {
            // Who is refused for a passing reason is refused by that process: no other one can know of it.
            chances.put(Fault.LOG_FULL, 0.0);
            chances.put(Fault.LOG_SYNC_FAILED, 0.0);
            chances.put(Fault.STORE_FULL, 0.0);
        }
    }

    /** Whether what was sent to one process of the backend may reach the next one; a broken socket forbids it. */
    boolean mailOutlivesBackend() {
        return mailOutlivesBackend;
    }

    /** The backend's process dies here: to be thrown. Whatever it does on the way out nobody hears of. */
    BackendDied death() {
        dying = true;
        return new BackendDied();
    }

    boolean isDying() {
        return dying;
    }

    /** Nothing of the process that died runs any more. */
    void buried() {
        dying = false;
    }

    /** From now on things go wrong. */
    void breakLoose() {
        calm = false;
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

    /** Something has happened that was made likely beforehand. */
    void note(Fault fault) {
        fired.merge(fault, 1, Integer::sum);
    }

    /** A fault that the run could be exposed to at all. */
    boolean isPossible(Fault fault) {
        return chances.get(fault) > 0;
    }

    Map<Fault, Integer> fired() {
        return fired;
    }

    SplittableRandom random() {
        return random;
    }
}
