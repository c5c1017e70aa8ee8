package dev.atrium.file;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Codec of file descriptions, the same in every store: one JSON object. */
public final class StoredFileCodec {

    // During a rolling update, a newer replica may write fields that this one does not know.
    private static final ObjectMapper JSON = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private StoredFileCodec() {
    }

    public static byte[] encode(StoredFile file) {
        try {
            return JSON.writeValueAsBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws UncheckedIOException if the bytes are not a description */
    public static StoredFile decode(byte[] json) {
        try {
            return JSON.readValue(json, StoredFile.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
