package io.cffs.daemon.session;

import io.cffs.model.FsError;
import io.cffs.model.FsException;

/**
 * The control files of a mount whose invocation decides: a function may look at its transaction and may say that it
 * shall not commit, but when it begins and ends is not for it to say.
 */
public final class InvocationControl implements MountControl {
    private final Session session;

    public InvocationControl(Session session) {
        this.session = session;
    }

    @Override
    public String status() {
        return session.status().toJson() + "\n";
    }

    @Override
    public String transaction() {
        return describe(session.status().ticket());
    }

    static String describe(AttemptTicket ticket) {
        return ticket == null
                ? ""
                : "txn " + ticket.txn() + "\nattempt " + ticket.number()
                        + "\nsnapshot " + ticket.snapshot().value() + "\n";
    }

    @Override
    public String lastOutcome() {
        return "";
    }

    @Override
    public void begin() throws FsException {
        throw new FsException(FsError.NOT_PERMITTED);
    }

    @Override
    public void commit() throws FsException {
        throw new FsException(FsError.NOT_PERMITTED);
    }

    @Override
    public void abort() throws FsException {
        session.giveUp();
    }
}
