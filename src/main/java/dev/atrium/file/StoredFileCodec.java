package dev.atrium.file;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How what is known of a file is written, in every store: as one JSON object. */
public final class StoredFileCodec {

    // A newer replica beside this one may know more of a file.
    private static final ObjectMapper JSON = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private StoredFileCodec() {
    }

    /** As JSON in UTF-8. */
    public static byte[] encode(StoredFile file) {
        try {
            return JSON.writeValueAsBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws UncheckedIOException if that is not what {@link #encode} has written */
    public static StoredFile decode(byte[] json) {
        try {
            return JSON.readValue(json, StoredFile.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
