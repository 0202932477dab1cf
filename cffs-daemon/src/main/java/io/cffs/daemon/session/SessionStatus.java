package io.cffs.daemon.session;

/**
 * What a session is doing.
 *
 * @param ticket of the open attempt; null when there is none
 * @param failure why the attempt cannot commit; null when it can
 * @param writtenPages 4 KiB pages that the attempt holds in its write buffer
 * @param changed whether a commit would change anything
 * @param attempts begun since the mount was made
 */
public record SessionStatus(
        SessionState state,
        AttemptTicket ticket,
        AttemptHealth health,
        String failure,
        long writtenPages,
        boolean changed,
        int openHandles,
        int knownInodes,
        long attempts) {
    /** With the session's lock held. @param attempt null when none is open */
    static SessionStatus of(SessionState state, Attempt attempt, Attempt.Tables tables, long serial) {
        boolean open = attempt != null;
        return new SessionStatus(state, open ? attempt.ticket() : null, open ? attempt.health() : null,
                open ? attempt.failureSentence() : null, open ? attempt.transaction().dirtyPageCount() : 0,
                open && !attempt.transaction().isReadOnly(), tables.handles().size(), tables.nodes().size(), serial);
    }


    /** One JSON object. */
    public String toJson() {
        StringBuilder json = new StringBuilder("{\"state\":\"").append(state).append('"');
        if (ticket != null) {
            json.append(",\"txn\":\"").append(ticket.txn()).append('"')
                    .append(",\"attempt\":").append(ticket.number())
                    .append(",\"snapshot\":").append(ticket.snapshot().value())
                    .append(",\"health\":\"").append(health).append('"')
                    .append(",\"changed\":").append(changed)
                    .append(",\"writtenPages\":").append(writtenPages);
        }
        if (failure != null) {
            json.append(",\"failure\":").append(quoted(failure));
        }
        return json.append(",\"openHandles\":").append(openHandles)
                .append(",\"knownInodes\":").append(knownInodes)
                .append(",\"attempts\":").append(attempts)
                .append('}').toString();
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
