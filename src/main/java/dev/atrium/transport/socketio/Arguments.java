package dev.atrium.transport.socketio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.application.Values;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Arguments of an event or an acknowledgement, with their binary attachments. Each argument's JSON is kept as the client has
 * written it.
 *
 * @param values one for each argument, {@link Data.Text} or {@link Data.Json}
 * @param attachments the bytes that placeholders in the values refer to
 */
record Arguments(List<Data> values, List<byte[]> attachments) {

    private static final int MAX_DEPTH = 200;

    private static final JsonFactory JSON = Json.factory(MAX_DEPTH);
    private static final ObjectMapper TREES = new ObjectMapper(JSON);

    /**
     * @throws MalformedPacketException if the payload is not an array, or a placeholder has no attachment
     * @throws ErrorReply 400 for a payload that is valid, but has more digits, levels or longer names than this server accepts,
     *         or two placeholders for one attachment: clients send each buffer for itself, and a thousand copies of one in a
     *         text would take all memory
     */
    static Arguments parse(String payload, List<byte[]> attachments) {
        List<Data> values = new ArrayList<>();
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new MalformedPacketException("expected an array");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                values.add(JsonData.read(json, payload));
            }
            if (json.nextToken() != null) {
                throw new MalformedPacketException("expected nothing after the array");
            }
            if (!attachments.isEmpty()) {
                checkPlaceholders(TREES.readTree(payload), attachments.size(), new BitSet());
            }
        } catch (StreamConstraintsException e) {
            throw ErrorReply.badRequest("arguments: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedPacketException("not JSON");
        }
        return new Arguments(values, attachments);
    }

    /** Returns whether a text is one JSON object. */
    static boolean isObject(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            json.skipChildren();
            return json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    int size() {
        return values.size();
    }

    /** Returns the text at an index, or null if the argument there is not a text or is absent. */
    String text(int index) {
        if (index >= values.size()) {
            return null;
        }
        if (values.get(index) instanceof Data.Json json && json.json().charAt(0) == '"') {
            // With half of a surrogate pair, which no name may have: it is rejected where names are checked.
            return Values.toNodes(json).get(0).textValue();
        }
        return values.get(index) instanceof Data.Text text ? text.text() : null;
    }

    /** Returns the arguments from an index on, as the data of a message. */
    Data from(int index) {
        List<Data> rest = values.subList(index, values.size());
        if (rest.size() == 1 && attachments.isEmpty()) {
            return rest.get(0);
        }
        if (rest.size() == 1 && attachments.size() == 1 && isPlaceholder(rest.get(0))) {
            return new Data.Binary(attachments.get(0));
        }
        return new Data.Arguments(json(rest), attachments);
    }

    /** Returns the arguments from an index on, each as a tree. */
    List<JsonNode> nodes(int index) {
        return index >= values.size() ? List.of()
                : Values.toNodes(new Data.Arguments(json(values.subList(index, values.size())), attachments));
    }

    private static String json(List<Data> values) {
        return values.stream().map(SocketIoFormat::json).collect(Collectors.joining(",", "[", "]"));
    }

    private static boolean isPlaceholder(Data value) {
        try {
            return value instanceof Data.Json json && JsonData.isPlaceholder(TREES.readTree(json.json()));
        } catch (IOException e) {
            throw new IllegalStateException("it was parsed before", e);
        }
    }

    private static void checkPlaceholders(JsonNode value, int attachments, BitSet used) {
        if (JsonData.isPlaceholder(value)) {
            JsonNode number = value.path("num");
            if (!number.isInt() || number.asInt() < 0 || number.asInt() >= attachments) {
                throw new MalformedPacketException("a placeholder stands for nothing");
            }
            if (used.get(number.asInt())) {
                throw ErrorReply.badRequest("arguments: two placeholders stand for the same attachment");
            }
            used.set(number.asInt());
            return;
        }
        value.forEach(child -> checkPlaceholders(child, attachments, used));
    }
}
