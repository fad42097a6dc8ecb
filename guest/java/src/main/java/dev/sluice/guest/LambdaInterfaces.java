package dev.sluice.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// AWS Lambda's interfaces for who does not bring them: names and methods of the jar `aws-lambda-java-core`, which
/// functions are compiled against, and nothing else of it.
final class LambdaInterfaces {
    private static final String PACKAGE = "com.amazonaws.services.lambda.runtime";
    private static final String SOURCES = """
            RequestHandler<I, O> { O handleRequest(I input, Context context); }
            RequestStreamHandler { void handleRequest(java.io.InputStream input, java.io.OutputStream output, \
            Context context) throws java.io.IOException; }
            Context { String getAwsRequestId(); String getLogGroupName(); String getLogStreamName(); \
            String getFunctionName(); String getFunctionVersion(); String getInvokedFunctionArn(); \
            CognitoIdentity getIdentity(); ClientContext getClientContext(); int getRemainingTimeInMillis(); \
            int getMemoryLimitInMB(); LambdaLogger getLogger(); }
            LambdaLogger { void log(String message); void log(byte[] message); }
            CognitoIdentity { String getIdentityId(); String getIdentityPoolId(); }
            ClientContext { Client getClient(); java.util.Map<String, String> getCustom(); \
            java.util.Map<String, String> getEnvironment(); }
            Client { String getInstallationId(); String getAppTitle(); String getAppVersionName(); \
            String getAppVersionCode(); String getAppPackageName(); }
            """;

    private LambdaInterfaces() {}

    /// Whether any of these sources asks for them.
    static boolean areNeededBy(List<Path> sources) throws IOException {
        for (Path source : sources) {
            if (Files.readString(source, StandardCharsets.ISO_8859_1).contains(PACKAGE)) {
                return true;
            }
        }
        return false;
    }

    /// Writes their sources into a directory.
    static List<Path> writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        List<Path> written = new ArrayList<>();
        for (String source : SOURCES.lines().toList()) {
            Path file = directory.resolve(source.split("[ <]", 2)[0] + ".java");
            written.add(Files.writeString(file, "package " + PACKAGE + ";\npublic interface " + source + "\n"));
        }
        return written;
    }

    /// Whether a loader, or what is above it, has them.
    static boolean areIn(ClassLoader loader) {
        return loader.getResource(PACKAGE.replace('.', '/') + "/RequestHandler.class") != null;
    }
}
