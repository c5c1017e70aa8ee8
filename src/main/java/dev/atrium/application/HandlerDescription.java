package dev.atrium.application;

import java.util.List;

/**
 * Description of one handler method, found at build time.
 *
 * @param event name of the event; empty for the other kinds
 * @param blocking whether it runs on a worker thread
 * @param returnsNothing whether its acknowledgement is empty
 * @param varArgs whether its last parameter takes all remaining arguments
 * @param parameters types of its parameters, by Jackson's canonical names
 */
public record HandlerDescription(String namespace, Kind kind, String event, boolean blocking, boolean returnsNothing,
        boolean varArgs, List<String> parameters) {

    /** When a handler is called. */
    public enum Kind {
        CONNECT,
        EVENT,
        DISCONNECT
    }

    private static final String SEPARATOR = "\u0000";
    private static final int FIELDS = 6;

    /** One string, because the parameters of a synthetic bean can be strings but no records. */
    public String encoded() {
        return String.join(SEPARATOR, namespace, kind.name(), event, Boolean.toString(blocking),
                Boolean.toString(returnsNothing),
                Boolean.toString(varArgs)) + (parameters.isEmpty() ? "" : SEPARATOR + String.join(SEPARATOR, parameters));
    }

    static HandlerDescription decode(String encoded) {
        List<String> parts = List.of(encoded.split(SEPARATOR, -1));
        return new HandlerDescription(parts.get(0), Kind.valueOf(parts.get(1)), parts.get(2),
                Boolean.parseBoolean(parts.get(3)),
                Boolean.parseBoolean(parts.get(4)), Boolean.parseBoolean(parts.get(5)), parts.subList(FIELDS, parts.size()));
    }
}
