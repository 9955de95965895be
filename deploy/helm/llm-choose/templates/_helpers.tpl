{{- define "llm-choose.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "llm-choose.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "llm-choose.labels" -}}
{{ include "llm-choose.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* The Secret with the settings that are secrets; without one nothing can start. */}}
{{- define "llm-choose.secret" -}}
{{- if .Values.secrets.external.enabled }}{{ include "llm-choose.name" . }}
{{- else }}{{ required "set secrets.existing to a Secret with REDIS_URL, QDRANT_URL and the other secrets, or enable secrets.external" .Values.secrets.existing }}
{{- end }}
{{- end }}

{{- define "llm-choose.host" -}}
{{- $url := urlParse (required "set publicUrl to the address people open, https://…" .Values.publicUrl) }}
{{- regexReplaceAll ":[0-9]+$" $url.host "" }}
{{- end }}

{{/* One deployment's pods: (dict "root" $ "part" "bot" "port" 8080 "arguments" (list …)) */}}
{{- define "llm-choose.pods" -}}
{{- $root := .root }}
{{- $values := index $root.Values .part }}
metadata:
  labels:
    {{- include "llm-choose.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .part }}
  annotations:
    checksum/settings: {{ toJson $root.Values.settings | sha256sum }}
    {{- with $values.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "llm-choose.name" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 40 # a turn gets 25 seconds to end
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile:
      type: {{ $root.Values.seccomp }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "llm-choose.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ .part }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: "{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}"
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: {{ toJson .arguments }}
      ports:
        - {name: http, containerPort: {{ .port }}}
      envFrom:
        - configMapRef: {name: {{ include "llm-choose.name" $root }}}
        - secretRef: {name: {{ include "llm-choose.secret" $root }}}
      startupProbe:
        httpGet: {path: /live, port: http}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /live, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /ready, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      lifecycle:
        preStop: # until nobody is led here any more
          exec: {command: ["python", "-c", "import time; time.sleep(5)"]}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: data, mountPath: /data}
        {{- if $root.Values.originals.volume.enabled }}
        - {name: originals, mountPath: /originals}
        {{- end }}
  volumes:
    - {name: tmp, emptyDir: {sizeLimit: 1Gi}}
    - {name: data, emptyDir: {sizeLimit: 1Gi}} # nothing lasting: Redis and Qdrant are servers
    {{- if $root.Values.originals.volume.enabled }}
    - name: originals
      persistentVolumeClaim: {claimName: {{ include "llm-choose.name" $root }}-originals}
    {{- end }}
{{- end }}
