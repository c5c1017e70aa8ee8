package dev.atrium.bench;

import dev.atrium.bench.server.ProcFile;
import dev.atrium.bench.server.Site;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Description of the machine and the versions that the results depend on. */
final class Machine {

    private Machine() {
    }

    static Map<String, Object> describe(Options options, Site site, int cores) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("at", Instant.now().toString());
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("architecture", System.getProperty("os.arch"));
        facts.put("cores", cores);
        facts.put("pinned", site.pinning().isOn());
        facts.put("openFiles", ProcFile.openFileLimit());
        facts.put("serverJdk", version(site.java()));
        facts.put("generatorJdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("serverOptions", options.serverOptions());
        facts.put("runsEach", options.runs());
        facts.put("secondsEach", options.scale().measured().toSeconds());
        facts.put("warmUpSeconds", options.scale().warmUp().toSeconds());
        return facts;
    }

    /** First line of the output, which names the version. */
    private static String version(String java) throws IOException {
        Process process = new ProcessBuilder(java, "-version").redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes()).lines().findFirst().orElse("unknown");
    }
}
