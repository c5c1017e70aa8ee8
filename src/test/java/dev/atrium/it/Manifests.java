package dev.atrium.it;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What {@code kubectl kustomize} makes of a directory, as objects. A field that their kind does not have is a failure. */
final class Manifests {

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                /** The model puts fields that it does not know aside instead of refusing them. */
                @Override
                public Boolean hasAnySetter(Annotated method) {
                    return false;
                }
            });

    private final List<HasMetadata> objects;

    private Manifests(List<HasMetadata> objects) {
        this.objects = objects;
    }

    /** Skips the test where there is no kubectl. */
    static Manifests render(Path directory) throws IOException, InterruptedException {
        Path kubectl = Tool.require("kubectl");
        Path output = Files.createTempFile("atrium-manifests", ".yaml");
        Path errors = Files.createTempFile("atrium-manifests", ".log");
        Process process = new ProcessBuilder(kubectl.toString(), "kustomize", directory.toString())
                .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(directory + ": " + Files.readString(errors));
            }
            return new Manifests(parse(output));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /** The base with one component, which need not be part of any overlay. */
    static Manifests withComponent(String name) throws IOException, InterruptedException {
        // kustomize takes no absolute paths, so it has to be somewhere below the project.
        Path directory = Files.createDirectories(Path.of("target/kustomize", name));
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: [../../../kubernetes/base]\n"
                + "components: [../../../kubernetes/components/" + name + "]\n");
        return render(directory);
    }

    List<HasMetadata> all() {
        return objects;
    }

    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The only one of its kind with that name, or with what kustomize adds to the name of a ConfigMap. */
    <T extends HasMetadata> T one(Class<T> kind, String name) {
        List<T> found = all(kind).stream().filter(object -> object.getMetadata().getName().matches(name + "(-[a-z0-9]{10})?")).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + kind.getSimpleName() + " " + name);
        }
        return found.get(0);
    }

    private static List<HasMetadata> parse(Path yaml) throws IOException {
        List<HasMetadata> parsed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml.toFile())) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
                Class<? extends HasMetadata> type = KINDS.get(kind);
                if (type == null) {
                    throw new AssertionError("not known here: " + kind);
                }
                HasMetadata object = YAML.treeToValue(document, type);
                if (!names.add(kind + "/" + object.getMetadata().getName())) {
                    throw new AssertionError("twice: " + kind + "/" + object.getMetadata().getName());
                }
                parsed.add(object);
            }
        }
        return parsed;
    }
}
