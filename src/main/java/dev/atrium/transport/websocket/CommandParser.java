package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads one command without building a tree; {@code data} is taken over as it was written. Pure: text in, command out.
 * Fields that it does not know are passed over, so that a newer client can talk to an older server.
 */
final class CommandParser {

    private final String text;
    private final JsonParser json;
    private Long seq;
    private String cmd;
    private String room;
    private String event;
    private Data data;
    private boolean echo = true;
    private boolean presence;
    private boolean since;
    private String fault;

    private CommandParser(String text, Data binary) throws IOException {
        this.text = text;
        this.json = Json.FACTORY.createParser(text);
        this.data = binary;
    }

    /**
     * Reads a command.
     *
     * @param binary the bytes that came after the JSON line, or null for a text frame
     * @throws MalformedCommandException naming the field and what was expected of it
     */
    static Command parse(String text, Data binary) {
        try {
            CommandParser parser = new CommandParser(text, binary);
            try (parser.json) {
                return parser.read();
            }
        } catch (JsonProcessingException e) {
            throw new MalformedCommandException(null, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Command read() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedCommandException(null, "expected a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "seq" -> seq = integer();
                case "cmd" -> cmd = string("cmd");
                case "params" -> params();
                default -> json.skipChildren();
            }
        }
        if (json.nextToken() != null) {
            throw new MalformedCommandException(null, "expected one JSON object and nothing after it");
        }
        if (fault == null && cmd == null) {
            fault = "cmd: expected the name of a command";
        }
        if (fault != null) {
            throw new MalformedCommandException(seq, fault);
        }
        return new Command(seq, cmd, room, event, data == null ? Data.Json.NULL : data, echo, presence, since);
    }

    private void params() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            expected("params", "an object");
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "room" -> room = roomName();
                case "event" -> event = string("params.event");
                case "data" -> data();
                case "echo" -> echo = bool("params.echo", true);
                case "presence" -> presence = bool("params.presence", false);
                case "since" -> {
                    since = json.currentToken() != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
    }

    private Long integer() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        expected("seq", "an integer");
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

    /** Not null: a client whose variable was empty would shout at the whole namespace. */
    private String roomName() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            expected("params.room", "a string");
        }
        return string("params.room");
    }

    private boolean bool(String field, boolean absent) throws IOException {
        switch (json.currentToken()) {
            case VALUE_TRUE:
                return true;
            case VALUE_FALSE:
                return false;
            case VALUE_NULL:
                return absent;
            default:
                expected(field, "true or false");
                json.skipChildren();
                return absent;
        }
    }

    private void data() throws IOException {
        if (data instanceof Data.Binary) {
            expected("params.data", "none, because the data of a binary frame follows the JSON line");
            json.skipChildren();
            return;
        }
        data = JsonData.read(json, text);
    }

    /** Remembers the first fault and reads on: the reply should carry seq, which may come later. */
    private void expected(String field, String what) {
        if (fault == null) {
            fault = field + ": expected " + what;
        }
    }
}
