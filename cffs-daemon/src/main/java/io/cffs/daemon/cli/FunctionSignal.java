package io.cffs.daemon.cli;

/** A signal that is handed on to the function. Named as kill(1) names it. */
enum FunctionSignal {
    HUP(1, true, true),
    INT(2, true, true),
    KILL(9, true, false),
    USR1(10, false, false),
    USR2(12, false, false),
    TERM(15, true, false),
    WINCH(28, false, true);

    private final int number;
    private final boolean stops;
    private final boolean fromTerminal;

    FunctionSignal(int number, boolean stops, boolean fromTerminal) {
        this.number = number;
        this.stops = stops;
        this.fromTerminal = fromTerminal;
    }

    /** As Linux numbers it on every architecture that has a JDK 25. */
    int number() {
        return number;
    }

    /** The invocation aborts, whatever status the function ends with. */
    boolean stops() {
        return stops;
    }

    /** A terminal sends it to every process of the foreground group by itself. */
    boolean comesFromTerminal() {
        return fromTerminal;
    }
}
