package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.atrium.room.Data;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON that clients send as data. It is checked, but taken over as it was written. Pure. */
public final class JsonData {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonData() {
    }

    /**
     * A whole text as data.
     *
     * @throws Refusal 400 if it is not one JSON value
     */
    public static Data parse(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() == null) {
                throw Refusal.badRequest("body: expected a JSON value");
            }
            Data data = read(json, text);
            if (json.nextToken() != null) {
                throw Refusal.badRequest("body: expected one JSON value and nothing after it");
            }
            return data;
        } catch (JsonProcessingException e) {
            throw Refusal.badRequest("body: not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The value at which the parser stands, and moves the parser to its end.
     *
     * @param text what the parser reads
     */
    public static Data read(JsonParser json, String text) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return new Data.Text(json.getText());
        }
        if (!token.isStructStart()) {
            return new Data.Json(json.getText());
        }
        int start = (int) json.currentTokenLocation().getCharOffset();
        json.skipChildren();
        int end = (int) json.currentLocation().getCharOffset();
        // A line break between tokens would end the line of the formats that have one; inside strings it is escaped.
        return new Data.Json(text.substring(start, end).replace('\n', ' ').replace('\r', ' '));
    }
}
