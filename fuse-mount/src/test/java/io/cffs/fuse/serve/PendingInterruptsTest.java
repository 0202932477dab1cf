package io.cffs.fuse.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PendingInterruptsTest {
    private final PendingInterrupts interrupts = new PendingInterrupts();
    private final AtomicInteger ran = new AtomicInteger();

    @Test
    void runsOnceForWhoWaits() {
        interrupts.watch(4, ran::incrementAndGet);
        interrupts.interrupt(4);
        interrupts.interrupt(4);
        assertEquals(1, ran.get());
    }

    @Test
    void runsAtOnceForWhoComesAfterTheInterrupt() {
        interrupts.interrupt(4);
        interrupts.watch(6, ran::incrementAndGet);
        assertEquals(0, ran.get());
        interrupts.watch(4, ran::incrementAndGet);
        assertEquals(1, ran.get());
    }

    @Test
    void doesNotRunAfterTheAnswer() {
        interrupts.watch(4, ran::incrementAndGet);
        interrupts.forget(4);
        interrupts.interrupt(4);
        assertEquals(0, ran.get());
    }

    @Test
    void remembersTheLatestOnly() {
        interrupts.interrupt(4);
        for (int i = 0; i < PendingInterrupts.EARLY_MAX; i++) {
            interrupts.interrupt(1000 + 2L * i);
        }
        interrupts.watch(4, ran::incrementAndGet);
        assertEquals(0, ran.get());
        interrupts.watch(1000, ran::incrementAndGet);
        assertEquals(1, ran.get());
    }
}
