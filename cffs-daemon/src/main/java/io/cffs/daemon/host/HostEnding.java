package io.cffs.daemon.host;

/**
 * How a function's process ended, as its client reports it.
 *
 * @param status its exit status, or 128 and the signal that ended it
 * @param signal the signal that was handed on to it and asked it to stop; 0 for none
 * @param timedOut its time limit had passed
 */
public record HostEnding(int status, int signal, boolean timedOut) {
    /** Whether it was asked to end: then it is not run again. */
    boolean wasStopped() {
        return signal != 0 || timedOut;
    }
}
