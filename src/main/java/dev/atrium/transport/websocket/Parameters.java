package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.Data;
import dev.atrium.room.StreamPosition;
import java.util.Map;

/**
 * Parameters of one command as the client has sent them, each checked for its type. A command reads those that it has.
 *
 * @param values of the parameter's type; parameters that are null are left out
 */
record Parameters(Map<Parameter, Object> values) {

    boolean has(Parameter parameter) {
        return values.containsKey(parameter);
    }

    /** Returns a text, or null. */
    String text(Parameter parameter) {
        return (String) values.get(parameter);
    }

    /** @throws ErrorReply 400 if the parameter is missing */
    String required(Parameter parameter) {
        String text = text(parameter);
        if (text == null) {
            throw ErrorReply.parameter(400, parameter.key(), "expected a string");
        }
        return text;
    }

    /** Returns a number, or null. */
    Long number(Parameter parameter) {
        return (Long) values.get(parameter);
    }

    boolean flag(Parameter parameter, boolean absent) {
        return (boolean) values.getOrDefault(parameter, absent);
    }

    /** Returns the last stream position of the client, or null. */
    StreamPosition since() {
        return (StreamPosition) values.get(Parameter.SINCE);
    }

    /** Returns the last stream positions of the client, by the name of the room. */
    @SuppressWarnings("unchecked")
    Map<String, StreamPosition> positions() {
        return (Map<String, StreamPosition>) values.getOrDefault(Parameter.PLACES, Map.of());
    }

    /** Returns the data; JSON's null if there is none. */
    Data data() {
        return (Data) values.getOrDefault(Parameter.DATA, Data.Json.NULL);
    }
}
