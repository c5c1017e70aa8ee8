package dev.atrium.gateway;

import dev.atrium.room.HistoryQuery;

/** Validation of the numbers by which clients select a part of a list. Pure. */
public final class Ranges {

    private static final int MESSAGES = 100;

    private Ranges() {
    }

    /**
     * Query of a room's history.
     *
     * @param prefix of the fields' names, for the error
     * @param after null for the newest messages
     * @throws ErrorReply 400, naming the field
     */
    public static HistoryQuery history(String prefix, Long after, Long before, Long limit) {
        if (before != null && before < 0) {
            throw ErrorReply.badRequest(prefix + "before: expected a number from 0");
        }
        int most = limit(prefix + "limit", limit, MESSAGES, HistoryQuery.MOST);
        return new HistoryQuery(after == null ? -1 : after, before == null ? Long.MAX_VALUE : before, most);
    }

    /**
     * Checks the size of a page.
     *
     * @param absent size if the client sent none
     * @throws ErrorReply 400, naming the field
     */
    public static int limit(String field, Long limit, int absent, int most) {
        if (limit == null) {
            return absent;
        }
        if (limit < 1 || limit > most) {
            throw ErrorReply.badRequest(field + ": expected a number from 1 to " + most);
        }
        return limit.intValue();
    }

    /**
     * Parses a number of a URL.
     *
     * @return null if there is none
     * @throws ErrorReply 400, naming the field
     */
    public static Long number(String field, String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw ErrorReply.badRequest(field + ": expected a number");
        }
    }
}
