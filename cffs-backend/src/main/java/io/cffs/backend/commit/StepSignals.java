package io.cffs.backend.commit;

/** Tells the owners of a pipeline's two threads that there may be work. Called often; must be cheap. */
public interface StepSignals {
    void sequence();

    void apply();

    /** As {@link #sequence}; the calling thread may do the work itself. It holds no lock. */
    default void sequenceHere() {
        sequence();
    }

    /** The simulator looks by itself. */
    StepSignals NONE = new StepSignals() {
        @Override
        public void sequence() {}

        @Override
        public void apply() {}
    };
}
