package io.cffs.fuse.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Golden;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Quiet.class)
class DispatcherTest {
    private final Answers answers = new Answers();
    private final List<String> heard = new ArrayList<>();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(1 << 16).order(Layout.ORDER);
    private final RequestWriter writer = new RequestWriter(frame);

    private Dispatcher dispatcher(FuseHandler handler) {
        Negotiation negotiation = new Negotiation(InitFlag.USUAL, 1 << 20, 1 << 16, 64, 0);
        return new Dispatcher(handler, null, negotiation, new Dispatcher.Listener() {
            @Override
            public void agreed(FuseInit init) {
                heard.add("agreed " + init.minor());
            }

            @Override
            public void refused(String sentence) {
                heard.add("refused " + sentence);
            }

            @Override
            public void destroyed() {
                heard.add("destroyed");
            }
        });
    }

    private FuseReply serve(FuseHandler handler, int length) {
        Dispatcher dispatcher = dispatcher(handler);
        FuseReply reply = new FuseReply(answers, dispatcher.interrupts());
        dispatcher.serve(new FuseRequest(frame), reply, length);
        return reply;
    }

    private int lookup(String name) {
        return writer.begin(FuseOpcode.LOOKUP, 7, 1, 0, 0, 0).putName(name.getBytes()).end();
    }

    @Test
    void whatAHandlerDoesNotHaveIsNotImplemented() {
        serve(new FuseHandler() {}, lookup("x"));
        assertEquals(Errno.ENOSYS, answers.only().errno());
        assertEquals(7, answers.only().unique());
    }

    @Test
    void anOperationNobodyKnowsIsNotImplemented() {
        serve(new FuseHandler() {}, writer.begin(4711, 7, 1, 0, 0, 0).end());
        assertEquals(Errno.ENOSYS, answers.only().errno());
    }

    @Test
    void aHandlerThatThrowsAnswersEio() {
        serve(new FuseHandler() {
            @Override
            public void lookup(FuseRequest in, FuseReply out) {
                throw new IllegalStateException("deliberate");
            }
        }, lookup("x"));
        assertEquals(Errno.EIO, answers.only().errno());
    }

    @Test
    void aHandlerThatThrowsAfterItsAnswerGivesNoSecondOne() {
        serve(new FuseHandler() {
            @Override
            public void lookup(FuseRequest in, FuseReply out) {
                out.ok();
                throw new AssertionError("deliberate");
            }
        }, lookup("x"));
        assertEquals(0, answers.only().errno());
    }

    @Test
    void aHandlerThatForgetsToAnswerAnswersEio() {
        serve(new FuseHandler() {
            @Override
            public void lookup(FuseRequest in, FuseReply out) {}
        }, lookup("x"));
        assertEquals(Errno.EIO, answers.only().errno());
    }

    @Test
    void anAnswerMayComeLater() {
        FuseReply reply = serve(new FuseHandler() {
            @Override
            public void lookup(FuseRequest in, FuseReply out) {
                out.later(null);
            }
        }, lookup("x"));
        assertTrue(reply.isDeferred());
        assertEquals(0, answers.all.size());
        reply.error(Errno.ENOENT);
        assertEquals(Errno.ENOENT, answers.only().errno());
    }

    /** Begin and commit are answered later: the reads between them need not make their room anew each time. */
    @Test
    void theRoomOfADeferredAnswerGoesToTheNextOne() {
        FuseReply first = new FuseReply(answers, new PendingInterrupts());
        first.begin(1, 0);
        ByteBuffer room = first.buffer(100);
        first.begin(2, 0);
        first.later(null);
        FuseReply second = first.next();
        second.begin(3, 0);
        assertSame(room, second.buffer(50));
        assertNotSame(room, first.buffer(50), "two answers, one of which may come at any time");
    }

    @Test
    void roomThatADeferredAnswerUsesIsItsOwn() {
        FuseReply first = new FuseReply(answers, new PendingInterrupts());
        first.begin(1, 0);
        ByteBuffer room = first.buffer(100);
        first.later(null);
        FuseReply second = first.next();
        second.begin(2, 0);
        assertNotSame(room, second.buffer(100));
    }

    @Test
    void aHandlerThatThrowsAfterPromisingAnAnswerAnswersEio() {
        FuseReply reply = serve(new FuseHandler() {
            @Override
            public void lookup(FuseRequest in, FuseReply out) {
                out.later(null);
                throw new OutOfMemoryError("deliberate");
            }
        }, lookup("x"));
        assertEquals(Errno.EIO, answers.only().errno());
        assertTrue(reply.isDeferred(), "it is not used again: another thread may still hold it");
    }

    @Test
    void anInterruptReachesTheAnswerThatWaits() {
        AtomicReference<FuseReply> waiting = new AtomicReference<>();
        Dispatcher dispatcher = dispatcher(new FuseHandler() {
            @Override
            public void setlkw(FuseRequest in, FuseReply out) {
                waiting.set(out);
                out.later(thread -> out.error(Errno.EINTR));
            }
        });
        ByteBuffer lock = Golden.request(FuseOpcode.SETLKW, "lk_in");
        dispatcher.serve(new FuseRequest(lock), new FuseReply(answers, dispatcher.interrupts()), lock.limit());
        assertNotNull(waiting.get());
        int length = writer.begin(FuseOpcode.INTERRUPT, 3, 0, 0, 0, 0).put(1L).end();
        dispatcher.serve(new FuseRequest(frame), new FuseReply(answers, dispatcher.interrupts()), length);
        assertEquals(Errno.EINTR, answers.only().errno());
        assertEquals(1, answers.only().unique());
    }

    @Test
    void forgetsAreCountedAndNotAnswered() {
        List<String> forgotten = new ArrayList<>();
        FuseHandler handler = new FuseHandler() {
            @Override
            public void forget(long nodeId, long lookups) {
                forgotten.add(nodeId + "x" + lookups);
            }
        };
        serve(handler, writer.begin(FuseOpcode.FORGET, 2, 5, 0, 0, 0).put(3L).end());
        serve(handler, writer.begin(FuseOpcode.BATCH_FORGET, 2, 0, 0, 0, 0).put(2).put(0).put(6L).put(1L).put(7L)
                .put(2L).end());
        assertEquals(List.of("5x3", "6x1", "7x2"), forgotten);
        assertEquals(0, answers.all.size());
    }

    @Test
    void theFirstExchangeIsAnsweredAsTheStructSays() {
        FuseInit[] agreed = new FuseInit[1];
        Dispatcher dispatcher = new Dispatcher(new FuseHandler() {
            @Override
            public void init(FuseInit init, FuseNotifier notifier) {
                agreed[0] = init;
                heard.add("init");
            }
        }, null, new Negotiation(java.util.Set.of(InitFlag.ASYNC_READ, InitFlag.ATOMIC_O_TRUNC, InitFlag.PASSTHROUGH,
                InitFlag.REQUEST_TIMEOUT), 1 << 20, 65536, 64, 30), new Dispatcher.Listener() {
            @Override
            public void negotiated(FuseInit init) {
                heard.add("negotiated " + init.minor());
            }

            @Override
            public void agreed(FuseInit init) {
                heard.add("agreed");
            }

            @Override
            public void refused(String sentence) {
                heard.add(sentence);
            }

            @Override
            public void destroyed() {
                heard.add("destroyed");
            }
        });
        ByteBuffer init = Golden.request(FuseOpcode.INIT, "init_in");
        dispatcher.serve(new FuseRequest(init), new FuseReply(answers, dispatcher.interrupts()), init.limit());
        assertEquals(Golden.hex("init_out"), HexFormat.of().formatHex(answers.only().body()));
        assertEquals(45, agreed[0].minor());
        // What the handler asks its notifier about the kernel is known by then.
        assertEquals(List.of("negotiated 45", "init", "agreed"), heard);
    }

    @Test
    void theEndIsToldAndAnswered() {
        serve(new FuseHandler() {}, writer.begin(FuseOpcode.DESTROY, 7, 0, 0, 0, 0).end());
        assertEquals(List.of("destroyed"), heard);
        assertEquals(0, answers.only().errno());
    }

    @Test
    void aKernelThatIsTooOldIsRefusedInOneSentence() {
        serve(new FuseHandler() {}, writer.begin(FuseOpcode.INIT, 1, 0, 0, 0, 0).put(7).put(30).put(0).put(0).end());
        assertEquals(Errno.EPROTO, answers.only().errno());
        assertTrue(heard.getFirst().startsWith("refused the kernel speaks FUSE 7.30"), heard.toString());
    }
}
