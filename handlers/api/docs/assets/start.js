// Draws the description of this server. Nothing is fetched from anywhere else,
// and a token that is typed in lives as long as the page.
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: function (request) {
    request.credentials = "omit";
    return request;
  },
});
