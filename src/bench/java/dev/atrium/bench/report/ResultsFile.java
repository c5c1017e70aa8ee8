package dev.atrium.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON file of the machine, the options, the medians and each run. */
public final class ResultsFile {

    private ResultsFile() {
    }

    public static void write(Path file, Map<String, Object> circumstances, Results results) throws IOException {
        Map<String, Object> content = new LinkedHashMap<>(circumstances);
        content.put("medians", results.medians());
        content.put("runs", results.runs());
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), content);
    }
}
