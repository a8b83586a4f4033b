{{- define "reunite.labels" -}}
app.kubernetes.io/name: reunite
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "reunite.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What every pod has: our user, nothing to write to but volumes, no privilege and no token of the cluster. */}}
{{- define "reunite.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
volumes:
  - name: tmp
    emptyDir: {}
  - name: uploads
    emptyDir: {sizeLimit: {{ .Values.uploads.size }}}
  - name: files
    {{- if .Values.files.enabled }}
    persistentVolumeClaim: {claimName: {{ .Release.Name }}-files}
    {{- else }}
    emptyDir: {}
    {{- end }}
{{- end }}

{{- define "reunite.container" -}}
image: {{ include "reunite.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
envFrom:
  - configMapRef: {name: {{ .Release.Name }}-settings}
  - secretRef: {name: {{ .Values.secret }}}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: uploads, mountPath: /uploads}
  - {name: files, mountPath: /files}
{{- end }}
