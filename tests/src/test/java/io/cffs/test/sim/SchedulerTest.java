package io.cffs.test.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final Scheduler scheduler = new Scheduler();
    private final List<String> seen = new ArrayList<>();

    @Test
    void actorsTakeTurnsInTheOrderOfTime() {
        for (int i = 1; i <= 2; i++) {
            int step = i;
            scheduler.spawn("a" + i, () -> {
                seen.add("start " + step);
                sleep(step * 10);
                seen.add("middle " + step);
                sleep(15);
                seen.add("end " + step);
            });
        }
        scheduler.runUntil(Long.MAX_VALUE);
        assertEquals(List.of("start 1", "start 2", "middle 1", "middle 2", "end 1", "end 2"), seen);
    }

    @Test
    void aPromiseWakesWhoWaitsAndATimeoutDoesToo() {
        Promise<String> early = new Promise<>();
        Promise<String> late = new Promise<>();
        scheduler.spawn("waiter", () -> {
            seen.add(early.await(scheduler, 100).orElse("nothing"));
            seen.add(late.await(scheduler, 100).orElse("nothing"));
        });
        scheduler.after(50, () -> early.complete("value"));
        scheduler.after(500, () -> late.complete("value"));
        scheduler.runUntil(Long.MAX_VALUE);
        assertEquals(List.of("value", "nothing"), seen);
    }

    @Test
    void aKilledActorUnwindsThroughItsFinallyBlocks() {
        Actor actor = scheduler.spawn("victim", () -> {
            try {
                sleep(100);
                seen.add("survived");
            } finally {
                seen.add("finally");
            }
        });
        scheduler.after(10, actor::kill);
        scheduler.runUntil(Long.MAX_VALUE);
        assertEquals(List.of("finally"), seen);
        assertTrue(actor.hasEnded());
    }

    @Test
    void whatAnActorDiesOfReachesTheScheduler() {
        scheduler.spawn("faulty", () -> {
            throw new IllegalStateException("here");
        });
        assertThrows(IllegalStateException.class, () -> scheduler.runUntil(Long.MAX_VALUE));
    }

    private void sleep(long nanos) {
        assertEquals(Optional.empty(), new Promise<String>().await(scheduler, nanos));
    }
}
