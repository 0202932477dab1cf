package io.cffs.fuse.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.FuseInit;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NegotiationTest {
    private static ByteBuffer offer(int major, int minor, int bytes, long flags) {
        ByteBuffer body = ByteBuffer.allocate(bytes).order(Layout.ORDER);
        body.putInt(0, major).putInt(4, minor).putInt(8, 131072).putInt(12, (int) flags);
        if (bytes > 16) {
            body.putInt(16, (int) (flags >>> 32));
        }
        return body;
    }

    private static FuseInit agreed(Negotiation negotiation, ByteBuffer offer) {
        return assertInstanceOf(Negotiation.Result.Agreed.class, negotiation.consider(offer)).init();
    }

    private static Negotiation wanting(int timeoutSeconds, InitFlag... flags) {
        return new Negotiation(Set.of(flags), 1 << 20, 1 << 20, 64, timeoutSeconds);
    }

    @Test
    void onlyWhatBothWantIsAgreed() {
        long offered = InitFlag.ASYNC_READ.mask() | InitFlag.POSIX_LOCKS.mask() | InitFlag.MAX_PAGES.mask();
        FuseInit init = agreed(wanting(0, InitFlag.ASYNC_READ, InitFlag.FLOCK_LOCKS), offer(7, 31, 16, offered));
        assertTrue(init.has(InitFlag.ASYNC_READ));
        assertFalse(init.has(InitFlag.POSIX_LOCKS));
        assertFalse(init.has(InitFlag.FLOCK_LOCKS));
        assertEquals(31, init.minor());
    }

    @Test
    void theSecondWordCountsOnlyWhenItIsAnnounced() {
        long timeouts = InitFlag.REQUEST_TIMEOUT.mask();
        assertFalse(agreed(wanting(9, InitFlag.REQUEST_TIMEOUT), offer(7, 45, 64, timeouts))
                .has(InitFlag.REQUEST_TIMEOUT));
        FuseInit init = agreed(wanting(9, InitFlag.REQUEST_TIMEOUT),
                offer(7, 45, 64, timeouts | InitFlag.INIT_EXT.mask()));
        assertTrue(init.has(InitFlag.REQUEST_TIMEOUT));
        assertEquals(9, init.requestTimeoutSeconds());
    }

    @Test
    void aNewerKernelGetsOurNewestMinor() {
        FuseInit init = agreed(wanting(0), offer(7, 99, 64, 0));
        assertEquals(Layout.MINOR_MAX, init.minor());
        assertEquals(99, init.kernelMinor());
    }

    @Test
    void withoutMaxPagesRequestsStaySmall() {
        assertEquals(128 << 10, agreed(wanting(0), offer(7, 31, 16, 0)).maxWriteBytes());
        assertEquals(1 << 20, agreed(wanting(0), offer(7, 31, 16, InitFlag.MAX_PAGES.mask())).maxWriteBytes());
    }

    @Test
    void anotherMajorVersionIsAskedAgainOrRefused() {
        Negotiation negotiation = wanting(0);
        Negotiation.Result newer = negotiation.consider(offer(8, 0, 64, 0));
        assertInstanceOf(Negotiation.Result.AskAgain.class, newer);
        ByteBuffer answer = negotiation.answer(newer, ByteBuffer.allocate(64).order(Layout.ORDER));
        assertEquals(7, answer.getInt(0));
        assertInstanceOf(Negotiation.Result.TooOld.class, negotiation.consider(offer(6, 99, 16, 0)));
    }
}
