package io.cffs.fuse.dev;

import java.util.function.Function;

/** The threads that take requests from one place: the device, or the queue of one processor. Guarded by its session. */
final class Crew {
    private final Function<Crew, ServingThread> maker;
    private int running;
    private int blocked;

    /** @param maker of one more */
    Crew(Function<Crew, ServingThread> maker) {
        this.maker = maker;
    }

    ServingThread oneMore() {
        return maker.apply(this);
    }

    void started() {
        running++;
    }

    void ended() {
        running--;
    }

    /** One of them waits inside a request. @return whether that leaves nobody */
    boolean blocks() {
        blocked++;
        return blocked >= running;
    }

    void goesOn() {
        blocked--;
    }
}
