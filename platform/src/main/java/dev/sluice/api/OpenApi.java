package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/openapi.json`: every route that the server has, as OpenAPI 3.1. The paths come from the table of routes, so none
/// is missing; what is said of each stands in a file beside this one. The same for everybody: nothing in it depends on
/// who asks or what there is.
final class OpenApi {
    private static final String PATH = "/openapi.json";
    private static final String DESCRIPTIONS = "openapi.json";
    private static final String JSON_TYPE = "application/json";
    private static final String SCHEMAS = "#/components/schemas/";
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)(\\.\\.\\.)?}");

    private final ObjectNode document = JsonBody.JSON.createObjectNode();

    private OpenApi(String version, List<Routes.Route> routes) {
        JsonNode told = descriptions();
        document.put("openapi", "3.1.0");
        document.putObject("info").put("title", "Sluice").put("version", version);
        ObjectNode paths = document.putObject("paths");
        for (Routes.Route route : routes) {
            String path = PARAMETER.matcher(route.template()).replaceAll("{$1}");
            JsonNode one = told.path("operations").path(route.method() + " " + route.template());
            paths.withObjectProperty(path).set(route.method().toLowerCase(Locale.ROOT), operation(route, one));
        }
        ObjectNode components = document.putObject("components");
        components.set("schemas", told.path("schemas"));
        ObjectNode schemes = components.putObject("securitySchemes");
        schemes.putObject("token").put("type", "http").put("scheme", "bearer");
        schemes.putObject("session").put("type", "apiKey").put("in", "cookie").put("name", SessionCookie.NAME);
        var security = document.putArray("security");
        security.addObject().putArray("token");
        security.addObject().putArray("session");
    }

    /// To be called when all other routes are there.
    static void addTo(Routes.Table table, String version) {
        List<Routes.Route> routes = new ArrayList<>(table.routes());
        routes.add(new Routes.Route("GET", PATH));
        Bytes text = Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(new OpenApi(version, routes).document));
        table.add("GET", PATH, _ -> Response.json(200, text));
    }

    private static JsonNode descriptions() {
        try (InputStream in = Objects.requireNonNull(OpenApi.class.getResourceAsStream(DESCRIPTIONS))) {
            return JsonBody.JSON.readTree(in.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException("the program is broken: " + DESCRIPTIONS, broken);
        }
    }

    private static ObjectNode operation(Routes.Route route, JsonNode told) {
        ObjectNode operation = JsonBody.JSON.createObjectNode();
        operation.put("summary", told.path("summary").asString(""));
        operation.put("operationId", (route.method() + route.template()).replaceAll("[^A-Za-z0-9]+", "-"));
        var parameters = operation.putArray("parameters");
        PARAMETER
                .matcher(route.template())
                .results()
                .forEach(match -> parameters.add(parameter(match.group(1), "path", true)));
        told.path("query").forEach(name -> parameters.add(parameter(name.asString(), "query", false)));
        if (told.has("body")) {
            ObjectNode body = operation.putObject("requestBody").put("required", true);
            body.set("content", content(told.path("body").asString()));
        }
        ObjectNode answers = operation.putObject("responses");
        told.path("answers").properties().forEach(answer -> {
            ObjectNode one = answers.putObject(answer.getKey()).put("description", "as asked for");
            if (!answer.getValue().asString().isEmpty()) {
                one.set("content", content(answer.getValue().asString()));
            }
        });
        ObjectNode refusal = answers.putObject("default").put("description", "a refusal");
        refusal.set("content", content("Error"));
        if (told.path("open").asBoolean(false)) {
            operation.putArray("security");
        }
        return operation;
    }

    private static ObjectNode parameter(String name, String in, boolean isRequired) {
        ObjectNode parameter = JsonBody.JSON.createObjectNode();
        parameter.put("name", name).put("in", in).put("required", isRequired);
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }

    /// @param what a media type, the name of a schema, or in brackets a list of such
    private static ObjectNode content(String what) {
        ObjectNode content = JsonBody.JSON.createObjectNode();
        if (what.contains("/")) {
            content.putObject(what).putObject("schema").put("type", "string");
            return content;
        }
        ObjectNode schema = content.putObject(JSON_TYPE).putObject("schema");
        if (what.startsWith("[")) {
            schema.put("type", "array");
            schema.putObject("items").put("$ref", SCHEMAS + what.substring(1, what.length() - 1));
        } else {
            schema.put("$ref", SCHEMAS + what);
        }
        return content;
    }
}
