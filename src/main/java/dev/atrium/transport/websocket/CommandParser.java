package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import dev.atrium.room.StreamPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Streaming JSON parser of commands; {@code data} is kept as the client has written it. Pure: text in, command out. Unknown
 * fields are skipped, so that a newer client can use an older server.
 */
final class CommandParser {

    private final String text;
    private final JsonParser json;
    private Long seq;
    private String cmd;
    private final Map<Parameter, Object> params = new EnumMap<>(Parameter.class);
    private final boolean hasBytes;
    private String fault;

    private CommandParser(String text, boolean hasBytes) throws IOException {
        this.text = text;
        this.json = Json.parser(text);
        this.hasBytes = hasBytes;
    }

    /**
     * @param hasBytes whether the text is the JSON line of a binary frame, whose bytes after the line are the data
     * @throws MalformedCommandException naming the field and what was expected of it
     */
    static CommandFrame parse(String text, boolean hasBytes) {
        try {
            CommandParser parser = new CommandParser(text, hasBytes);
            try (parser.json) {
                return parser.read();
            } catch (JsonProcessingException e) {
                throw new MalformedCommandException(parser.seq, Json.fault(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommandFrame read() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedCommandException(null, "expected a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "seq" -> seq = integer("seq");
                case "cmd" -> cmd = string("cmd");
                case "params" -> params();
                default -> json.skipChildren();
            }
        }
        if (json.nextToken() != null) {
            throw new MalformedCommandException(seq, "expected one JSON object and nothing after it");
        }
        if (fault == null && cmd == null) {
            fault = "cmd: expected the name of a command";
        }
        if (fault != null) {
            throw new MalformedCommandException(seq, fault);
        }
        return new CommandFrame(seq, cmd, new Parameters(params));
    }

    private void params() throws IOException {
        if (!isObject("params", "an object")) {
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            param(field);
        }
    }

    private void param(String field) throws IOException {
        Parameter parameter = Parameter.of(field);
        if (parameter == null) {
            json.skipChildren();
            return;
        }
        Object value = value(parameter);
        if (value == null) {
            params.remove(parameter);
        } else {
            params.put(parameter, value);
        }
    }

    private Object value(Parameter parameter) throws IOException {
        String path = parameter.path();
        return switch (parameter.type()) {
            case ROOM -> roomName(path);
            case TEXT -> string(path);
            case NUMBER -> offset(path);
            case FLAG -> flag(path);
            case POSITION -> position(path);
            case POSITIONS -> positions(path);
            case DATA -> data(path);
        };
    }

    private Map<String, StreamPosition> positions(String field) throws IOException {
        if (!isObject(field, "an object of places by room")) {
            return null;
        }
        Map<String, StreamPosition> positions = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String room = json.currentName();
            json.nextToken();
            StreamPosition position = position(field);
            if (position != null) {
                positions.put(room, position);
            }
        }
        return positions;
    }

    private StreamPosition position(String field) throws IOException {
        if (!isObject(field, "an object with epoch and offset")) {
            return null;
        }
        String epoch = null;
        Long offset = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "epoch" -> epoch = string(field + ".epoch");
                case "offset" -> offset = offset(field + ".offset");
                default -> json.skipChildren();
            }
        }
        if (epoch == null || offset == null) {
            expected(field, "an epoch and an offset");
            return null;
        }
        return new StreamPosition(epoch, offset);
    }

    /** Returns whether the value is an object; null is none, and no error. */
    private boolean isObject(String field, String what) throws IOException {
        boolean isObject = json.currentToken() == JsonToken.START_OBJECT;
        if (!isObject && json.currentToken() != JsonToken.VALUE_NULL) {
            expected(field, what);
            json.skipChildren();
        }
        return isObject;
    }

    private Long offset(String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        Long value = integer(field);
        if (value != null && value < 0) {
            expected(field, "a number from 0");
        }
        return value;
    }

    private Long integer(String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        expected(field, "an integer");
        json.skipChildren();
        return null;
    }

    private String string(String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (json.currentToken() != JsonToken.VALUE_NULL) {
            expected(field, "a string");
            json.skipChildren();
        }
        return null;
    }

    private String roomName(String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            expected(field, "a string");
        }
        return string(field);
    }

    private Boolean flag(String field) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> {
                expected(field, "true or false");
                json.skipChildren();
                yield null;
            }
        };
    }

    private Data data(String field) throws IOException {
        if (hasBytes) {
            expected(field, "none, because the data of a binary frame follows the JSON line");
            json.skipChildren();
            return null;
        }
        return JsonData.read(json, text);
    }

    /** Keeps the first error and continues: the reply needs seq, which may come later. */
    private void expected(String field, String what) {
        if (fault == null) {
            fault = field + ": expected " + what;
        }
    }
}
